// Bundles through any reader, whole and damaged. What is read here is the LFN of @lesion/pretrained.
import { LesionError } from '@lesion/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { flipped, modelFiles, modelFolder, resealed } from '../test/models.js';
import { openBundle, type ReadBundleFile } from './bundle.js';
import { readBundle } from './read-bundle.js';

const where = 'memory:lfn/';

let files: Map<string, Uint8Array>;
beforeEach(async () => {
  files = await modelFiles('lfn');
});

const read: ReadBundleFile = async (name) => {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`no ${name}`);
  return bytes;
};

describe('openBundle', () => {
  it('gives what a folder gives, file after file', async () => {
    const asked: string[] = [];
    const manifests: unknown[] = [];
    const bundle = await openBundle(
      (name) => {
        asked.push(name);
        return read(name);
      },
      { where, kind: 'lfn', onManifest: (manifest) => manifests.push(manifest, asked.length) },
    );
    const { source, ...stored } = await readBundle(modelFolder('lfn'), 'lfn');
    expect(bundle).toEqual({ ...stored, source: where });
    expect(source).toBe(modelFolder('lfn'));
    expect(asked).toEqual(['bundle.json', 'lfn.safetensors', 'README.md']);
    expect(manifests).toEqual([bundle.manifest, 1]);
  });

  it('refuses a changed byte in any file', async () => {
    for (const [name, bytes] of files) {
      files.set(name, flipped(bytes));
      const error = await openBundle(read, { where }).then(
        () => undefined,
        (caught: LesionError) => caught,
      );
      // A manifest that is no longer JSON is no manifest.
      expect(['INTEGRITY', 'INVALID_FILE'], name).toContain(error?.code);
      expect(error?.message).toContain(`memory:lfn/${name}: `);
      files.set(name, bytes);
    }
    files.set('lfn.safetensors', flipped(files.get('lfn.safetensors')!));
    await expect(openBundle(read, { where })).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringMatching(
        /^memory:lfn\/lfn\.safetensors: the file is not the one that was saved; got sha256 [0-9a-f]{64}; expected sha256 [0-9a-f]{64}\. Copy the bundle again, or train it again\.$/,
      ),
    });
  });

  it('counts a byte order mark as a change', async () => {
    files.set('bundle.json', Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), files.get('bundle.json')!]));
    await expect(openBundle(read, { where })).rejects.toThrow('memory:lfn/bundle.json: not a model bundle');
  });

  it('names the file that is missing', async () => {
    const weights = files.get('lfn.safetensors')!;
    files.delete('lfn.safetensors');
    await expect(openBundle(read, { where })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'memory:lfn/lfn.safetensors: the file with the weights is missing. Copy the bundle again.',
      cause: new Error('no lfn.safetensors'),
    });
    files.set('lfn.safetensors', weights);
    files.delete('README.md');
    await expect(openBundle(read, { where })).rejects.toThrow(
      'memory:lfn/README.md: the model card is missing',
    );
    files.delete('bundle.json');
    await expect(openBundle(read, { where })).rejects.toThrow(
      'memory:lfn/: no bundle.json here. Give the folder of a model bundle, or of a finished training run.',
    );
  });

  it('refuses another kind before it reads the weights', async () => {
    const reader = vi.fn(read);
    await expect(openBundle(reader, { where, kind: 'lin' })).rejects.toThrow(
      'memory:lfn/bundle.json: the bundle is of another kind; got lfn; expected lin',
    );
    expect(reader).toHaveBeenCalledTimes(1);
  });

  it('never reads outside of the bundle', async () => {
    const manifest = files.get('bundle.json')!;
    for (const name of ['../secrets', 'https://example.org/weights', 'a\\b', '']) {
      const reader = vi.fn(read);
      files.set(
        'bundle.json',
        resealed(manifest, ({ networks }) => {
          networks[0]!.weights = name;
        }),
      );
      await expect(openBundle(reader, { where }), name).rejects.toThrow('not a model bundle of this version');
      expect(reader).toHaveBeenCalledTimes(1);
    }
  });

  it('refuses a file that its manifest does not vouch for', async () => {
    files.set(
      'bundle.json',
      resealed(files.get('bundle.json')!, ({ files }) => {
        delete files['lfn.safetensors'];
      }),
    );
    await expect(openBundle(read, { where })).rejects.toThrow('expected sha256 undefined');
  });

  it("hands a reader's own error of the family on", async () => {
    const error = new LesionError('ABORTED', { what: 'stopped on request' });
    await expect(openBundle(() => Promise.reject(error), { where })).rejects.toBe(error);
  });

  it('refuses options that it does not know, and a place without a name', async () => {
    await expect(openBundle(read, { where, sort: 'lin' } as never)).rejects.toThrow('sort');
    await expect(openBundle(read, {} as never)).rejects.toThrow('openBundle, where: the bundle has no name');
  });
});
