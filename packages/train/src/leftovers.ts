/** What a killed process left half written in the folder of its run; a resumed run clears it away. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Names under which files and folders are written before they are renamed: those of write-file-atomic, which ends the
 * file's name with a number, and those of bundles and patches, which end it with `.part`. A bundle that was being
 * replaced waits as `.part.old`.
 */
const TEMPORARY = [
  /\.(json|safetensors|png)\.\d+$/,
  /^\..+\.\d+\.part(\.old)?$/,
  /\.patches\.\d+\.part$/,
] as const;

/**
 * Removes them from a run's folder and the folders in it. They do no harm but take room: a checkpoint of the full
 * network is a quarter of a gigabyte. Only one process works in a run's folder at a time, so none of them is in use.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (TEMPORARY.some((pattern) => pattern.test(entry.name)))
      await rm(path, { recursive: true, force: true });
    else if (entry.isDirectory()) await removeLeftovers(path);
  }
}
