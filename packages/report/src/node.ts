/** `@lesion/report/node`: writing reports to files. Leans on Node's file system. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renderReport } from './render-report.js';
import type { ReportData } from './report-data.js';

/**
 * Writes the report of a run to a file, making its folder where there is none. The file appears whole or not at
 * all: an earlier report stays until the new one is complete.
 *
 * @param path Where to: `run/report.html`.
 * @throws LesionError `INVALID_ARGUMENT` as `renderReport` does; Node's own error if the file cannot be written.
 * @example
 * ```ts
 * await writeReport('run/report.html', { title: 'LIN on the validation split', scores });
 * ```
 */
export async function writeReport(path: string, run: ReportData): Promise<void> {
  const page = renderReport(run);
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(unfinished, page);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
