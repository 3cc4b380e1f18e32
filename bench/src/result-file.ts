/** The JSON file of results: whole at every moment, so that an interrupted run keeps its rows. */
import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Environment } from './environment.js';
import type { BenchRow } from './rows.js';

export interface BenchResult {
  rows: readonly BenchRow[];
  environment: Environment;
  /** Whether every case that was asked for has its rows. */
  complete: boolean;
}

/** Makes the file's folder and checks that it can be written to, before minutes are spent. */
export async function prepareResultFile(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
}

export function writeResult(path: string, result: BenchResult): Promise<void> {
  return writeWhole(path, `${JSON.stringify(result, null, 2)}\n`);
}

/** Writes under a temporary name and renames. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
