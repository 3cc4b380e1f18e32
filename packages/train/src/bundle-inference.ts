/** Changes how a bundle's predictions are made, without a touch on its weights. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleManifest } from '@lesion/predict';
import { readBundle } from '@lesion/predict/node';
import writeFileAtomic from 'write-file-atomic';

type Inference = BundleManifest['inference'];

/** What fitLesionMask and calibrateLin leave in a LIN's bundle. */
const FITS = ['licu', 'licuMeasured', 'calibration', 'calibrationMeasured'];

/** A record without what was fitted. */
export function withoutFits(inference: Inference): Inference {
  const kept = Object.entries(inference).filter(([name]) => !FITS.includes(name));
  return Object.fromEntries(kept) as Inference;
}

/**
 * Rewrites the `inference` record of a bundle's manifest, atomically: whoever reads the bundle finds the old record or
 * the new one.
 *
 * @param folder the bundle, or the folder of the run that made it
 * @throws LesionError as readBundle, with the bundle as it was
 */
export async function rewriteInference(
  folder: string,
  change: (inference: Inference) => Inference,
): Promise<void> {
  await readBundle(folder);
  const nested = join(folder, 'bundle', 'bundle.json');
  const own = join(folder, 'bundle.json');
  const path = existsSync(own) ? own : nested;
  // Read as it stands, so that a field that this version does not know stays too.
  const { manifest } = JSON.parse(await readFile(path, 'utf8')) as { manifest: BundleManifest };
  const changed = { ...manifest, inference: change(manifest.inference) };
  const sha256 = createHash('sha256')
    .update(JSON.stringify(changed, null, 2))
    .digest('hex');
  await writeFileAtomic(path, `${JSON.stringify({ sha256, manifest: changed }, null, 2)}\n`);
}
