// Where no backend of tfjs was imported: this file imports none.
import { expect, it } from 'vitest';
import { modelFolder } from '../test/models.js';
import { lfnFromBundle } from './lfn.js';
import { readBundle } from './read-bundle.js';

it('says what to do where tfjs has no backend', async () => {
  const bundle = await readBundle(modelFolder('lfn'));
  await expect(lfnFromBundle(bundle)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringMatching(
      /^tfjs: there is no backend to build networks on; got .*\. Import one and choose it, as import '@tensorflow\/tfjs-backend-wasm' and await setBackend\('wasm'\)\.$/,
    ),
  });
  // Nothing was lost: once there is a backend, the same bundle does.
  expect(bundle.weights.get('lfn')!.size).toBeGreaterThan(10);
  await import('@tensorflow/tfjs-backend-cpu');
  (await lfnFromBundle(bundle)).dispose();
});
