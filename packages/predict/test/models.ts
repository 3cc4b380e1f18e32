// The models of @lesion/pretrained, and what several tests do with them.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleManifest } from '../src/index.js';

export type Kind = BundleManifest['kind'];

/** Their folder. */
export function modelFolder(kind: Kind): string {
  return fileURLToPath(new URL(`../../pretrained/models/${kind}/`, import.meta.url));
}

/** All files of a model by name, for tests to change. */
export async function modelFiles(kind: Kind): Promise<Map<string, Uint8Array>> {
  const folder = modelFolder(kind);
  const names = await readdir(folder);
  return new Map(
    await Promise.all(
      names.map(
        async (name): Promise<[string, Uint8Array]> => [
          name,
          new Uint8Array(await readFile(join(folder, name))),
        ],
      ),
    ),
  );
}

/** The bytes with one bit of one of them changed. */
export function flipped(bytes: Uint8Array, at = bytes.length >> 1): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
}

/** A manifest that was changed by whoever knows how to seal one. */
export function resealed(bytes: Uint8Array, change: (manifest: BundleManifest) => void): Uint8Array {
  const { manifest } = JSON.parse(Buffer.from(bytes).toString()) as { manifest: BundleManifest };
  change(manifest);
  const sha256 = createHash('sha256')
    .update(JSON.stringify(manifest, null, 2))
    .digest('hex');
  return Buffer.from(`${JSON.stringify({ sha256, manifest }, null, 2)}\n`);
}
