// Seconds that the pretrained models take on tfjs's wasm backend, one thread, as in a browser that is not isolated:
//   node packages/predict/test/seconds-on-wasm.mjs [PHOTO]
import { fileURLToPath } from 'node:url';
import { drawSyntheticLesion } from '@lesion/isic';
import { lfnFromBundle, linFromBundle } from '@lesion/predict';
import { readBundle } from '@lesion/predict/node';
import { readImage } from '@lesion/preprocess/node';
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const print = (line) => process.stdout.write(`${line}\n`);
const folderOf = (name) => fileURLToPath(new URL(`../../pretrained/models/${name}`, import.meta.url));

const [photo] = process.argv.slice(2);
const image =
  photo === undefined
    ? drawSyntheticLesion({ size: { height: 767, width: 1022 }, seed: 1 }).image
    : await readImage(photo);
await tf.setBackend('wasm');

async function timed(name, work) {
  const start = performance.now();
  const result = await work();
  print(`${name}: ${((performance.now() - start) / 1000).toFixed(2)} s`);
  return result;
}

const [height, width] = image.shape;
print(
  `${height}x${width}, ${getThreadsCount()} thread, SIMD ${await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')}`,
);
const linBundle = await timed('LIN read and checked', () => readBundle(folderOf('lin'), 'lin'));
const lin = await timed('LIN built', () => linFromBundle(linBundle));
const classMaps = await timed(`LIN networks, scales ${lin.manifest.inference.scales}`, () =>
  lin.classMaps(image),
);
await timed('LICU', async () => lin.analyze(classMaps));
lin.dispose();
const lfn = await lfnFromBundle(await readBundle(folderOf('lfn'), 'lfn'));
const { count } = await timed('LFN, superpixels found too', () => lfn.predict(image));
print(`${count} superpixels`);
lfn.dispose();
