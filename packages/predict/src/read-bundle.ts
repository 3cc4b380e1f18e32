/** Bundles from a folder: Node's reader. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { LesionError } from '@lesion/core';
import { BUNDLE_MANIFEST, type Bundle, type BundleManifest, openBundle } from './bundle.js';

/**
 * Reads a bundle, or the bundle of a training run's folder.
 *
 * @throws LesionError `NOT_FOUND` if there is none; `INVALID_FILE` if it is not one of this version;
 *   `INTEGRITY` if a file was changed
 */
export async function readBundle(folder: string, kind?: BundleManifest['kind']): Promise<Bundle> {
  const place = [folder, join(folder, 'bundle')].find((candidate) =>
    existsSync(join(candidate, BUNDLE_MANIFEST)),
  );
  if (place === undefined) {
    throw new LesionError('NOT_FOUND', {
      what: `no ${BUNDLE_MANIFEST} here`,
      where: folder,
      mend: 'Give the folder of a model bundle, or of a finished training run.',
    });
  }
  return openBundle((name) => readFile(join(place, name)), { where: normalize(place), kind });
}
