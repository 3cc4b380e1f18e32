/** `@lesion/report/node`: writing reports and their charts to files. Leans on Node's file system. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { invalidArgument } from '@lesion/core';
import { chartFiles } from './chart-figures.js';
import { renderReport } from './render-report.js';
import { renderSvg } from './render-svg.js';
import type { ReportData } from './report-data.js';

export { type RenderSvgOptions, renderSvg } from './render-svg.js';

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

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
  await writeWhole(path, renderReport(run));
}

/**
 * Writes a chart or figure, as SVG or, drawn at twice its size, as PNG: the ending of the path decides.
 *
 * @param path Where to: `figures/roc.png`.
 * @param svg The text of an SVG file, from `rocSvg` and the others.
 * @throws LesionError `INVALID_ARGUMENT` if the ending is another one; Node's own error if the file cannot be written.
 * @example
 * ```ts
 * await writeChart('figures/roc.png', rocSvg({ title: 'Diagnosis', classes }));
 * ```
 */
export async function writeChart(path: string, svg: string): Promise<void> {
  const ending = extname(path).toLowerCase();
  if (ending !== '.svg' && ending !== '.png') {
    throw invalidArgument({
      what: 'not a form in which charts are written',
      where: path,
      got: ending || 'no ending',
      expected: '.svg or .png',
    });
  }
  await writeWhole(path, ending === '.svg' ? svg : renderSvg(svg));
}

/**
 * Writes every chart of a report as SVG and as PNG into a folder.
 *
 * @returns The paths, in the order of the report.
 * @throws LesionError `INVALID_ARGUMENT` as `chartFiles` does; Node's own error if a file cannot be written.
 * @example
 * ```ts
 * await writeCharts('run/figures', report); // ['run/figures/roc.svg', 'run/figures/roc.png', ...]
 * ```
 */
export async function writeCharts(folder: string, run: ReportData): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, svg } of chartFiles(run)) {
    for (const ending of ['svg', 'png']) {
      const path = join(folder, `${name}.${ending}`);
      await writeChart(path, svg);
      paths.push(path);
    }
  }
  return paths;
}
