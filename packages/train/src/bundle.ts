/** Writes model bundles: a folder that holds all that is needed to use a trained model, and a hash of each file. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { resolveOptions } from '@lesion/core';
import {
  BUNDLE_CARD,
  BUNDLE_MANIFEST,
  type BundleManifest,
  encodeTensors,
  type StoredArray,
} from '@lesion/predict';

/** Options of {@link saveBundle}. */
export interface SaveBundleOptions {
  /** A model card, Markdown, for the bundle's README.md. @default none */
  card?: string | undefined;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The manifest's own hash is over its JSON without that one field. */
function seal(manifest: BundleManifest): string {
  const body = JSON.stringify(manifest, null, 2);
  return `${JSON.stringify({ sha256: sha256(body), manifest }, null, 2)}\n`;
}

/**
 * Writes a bundle. The folder appears whole or not at all; one that was there before is replaced.
 * @param folder where; its parent is made if need be
 */
export async function saveBundle(
  folder: string,
  manifest: Omit<BundleManifest, 'files' | 'format' | 'formatVersion'>,
  weights: ReadonlyMap<string, readonly StoredArray[]>,
  options?: SaveBundleOptions,
): Promise<void> {
  const { card } = resolveOptions(options, { card: undefined }, 'saveBundle');
  const temporary = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const files: BundleManifest['files'] = {};
    const add = async (name: string, bytes: Uint8Array): Promise<void> => {
      await writeFile(join(temporary, name), bytes);
      files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
    };
    for (const { name, weights: file } of manifest.networks) {
      await add(file, encodeTensors(weights.get(name) ?? []));
    }
    if (card !== undefined) await add(BUNDLE_CARD, Buffer.from(card));
    const whole: BundleManifest = { format: 'lesion-bundle', formatVersion: 1, ...manifest, files };
    await writeFile(join(temporary, BUNDLE_MANIFEST), seal(whole));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  const replaced = `${temporary}.old`;
  await rm(replaced, { recursive: true, force: true });
  if (existsSync(folder)) await rename(folder, replaced);
  await rename(temporary, folder);
  await rm(replaced, { recursive: true, force: true });
}
