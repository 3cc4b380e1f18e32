/** Each chart of a report as an SVG file that stands alone: dark on white, with its title, legend and notes. */
import { invalidArgument, inWords } from '@lesion/core';
import { DASHES, FIGURE_STYLE, SERIES } from './chart-style.js';
import { confusionChart } from './confusion-chart.js';
import { precisionRecallChart, rocChart } from './curve-chart.js';
import { formatInterval } from './format.js';
import { histogramChart } from './histogram-chart.js';
import { lineChart } from './line-chart.js';
import { type Markup, markup, trusted } from './markup.js';
import type { Drawing } from './plot.js';
import { reliabilityChart } from './reliability-chart.js';
import type {
  ReportConfusion,
  ReportData,
  ReportHistogram,
  ReportLosses,
  ReportRanking,
  ReportReliability,
  ReportSubgroups,
} from './report-data.js';
import { SMALL_GROUP, subgroupChart } from './subgroup-chart.js';

const GAP = 16;
const TITLE = 30;
const LINE = 20;

interface Panel {
  drawing: Drawing;
  /** Stands below the drawing. */
  caption?: string | undefined;
}

interface Sheet {
  title: string;
  panels: readonly Panel[];
  /** Names of the series. */
  legend?: readonly string[] | undefined;
  notes?: readonly (string | undefined)[] | undefined;
}

/** Panels side by side with a title above and a legend and notes below, as the text of an SVG file. */
function sheet({ title, panels, legend = [], notes = [] }: Sheet): string {
  if (panels.length === 0) throw invalidArgument({ what: 'nothing to draw', where: title, got: 'none' });
  const top = GAP + TITLE;
  let left = GAP;
  const placed = panels.map(({ drawing: { width, height, element }, caption }) => {
    const sized = String(element).replace('<svg ', `<svg width="${width}" height="${height}" `);
    const panel = markup`<g transform="translate(${left} ${top})">${trusted(sized)}${
      caption !== undefined &&
      markup`<text x="${width / 2}" y="${height + 16}" text-anchor="middle">${caption}</text>`
    }</g>`;
    left += width + GAP;
    return panel;
  });
  const below = panels.some(({ caption }) => caption !== undefined) ? LINE : 0;
  let y = top + Math.max(...panels.map(({ drawing }) => drawing.height)) + below + GAP;
  const lines: Markup[] = legend.map((name, i) => {
    const [colour, dash] = [SERIES[i % SERIES.length]!, DASHES[i % DASHES.length]!];
    const at = y + i * LINE;
    return markup`<line x1="${GAP}" x2="${GAP + 26}" y1="${at}" y2="${at}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><text x="${GAP + 34}" y="${at + 4}">${name}</text>`;
  });
  y += legend.length * LINE;
  const told = notes.filter((note) => note !== undefined);
  lines.push(
    ...told.map((note, i) => markup`<text class="note" x="${GAP}" y="${y + i * LINE + 4}">${note}</text>`),
  );
  // Some seven units a letter: a long note or title widens the sheet rather than being cut.
  const letters = Math.max(
    title.length * 10,
    ...legend.map((name) => name.length * 8),
    ...told.map((note) => note.length * 7),
  );
  const width = Math.max(left, letters + 2 * GAP);
  const height = y + told.length * LINE;
  return `${markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<style>${trusted(FIGURE_STYLE)}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text class="title" x="${GAP}" y="${GAP + 12}">${title}</text>
${placed}
${lines}
</svg>`}\n`;
}

const BAND = 'Bands and brackets: 95 % of bootstrap samples.';
const bandNote = (classes: ReportRanking['classes']): string | undefined =>
  classes.some(({ roc }) => roc.band !== undefined) ? BAND : undefined;

/** The ROC curves of a task's classes as an SVG file. @throws LesionError `INVALID_ARGUMENT` if there is no class. */
export function rocSvg({ title, classes, note }: ReportRanking): string {
  return sheet({
    title,
    panels: classes.length === 0 ? [] : [{ drawing: rocChart(classes) }],
    legend: classes.map(({ name, roc }) => `${inWords(name)}, AUC ${formatInterval(roc.area)}`),
    notes: [bandNote(classes), note],
  });
}

/** The precision-recall curves of a task's classes as an SVG file. @throws LesionError `INVALID_ARGUMENT` if there is no class. */
export function precisionRecallSvg({ title, classes, note }: ReportRanking): string {
  return sheet({
    title,
    panels: classes.length === 0 ? [] : [{ drawing: precisionRecallChart(classes) }],
    legend: classes.map(
      ({ name, precisionRecall, positives, negatives }) =>
        `${inWords(name)}, AP ${formatInterval(precisionRecall.area)}, ${positives} of ${positives + negatives}`,
    ),
    notes: [bandNote(classes), note],
  });
}

/** Reliability diagrams side by side as an SVG file. @throws LesionError `INVALID_ARGUMENT` if there is no class. */
export function reliabilitySvg({ title, classes, note }: ReportReliability): string {
  return sheet({
    title,
    panels: classes.map((reliable, i) => ({
      drawing: reliabilityChart(reliable, i),
      caption: `${inWords(reliable.name)}, error ${formatInterval(reliable.error)}`,
    })),
    notes: [RELIABILITY_NOTE, note],
  });
}

/** What a reader of a reliability diagram should know. */
export const RELIABILITY_NOTE =
  'Upright lines: 95 % intervals of the shares (Wilson). Bars: how many images lie in each bin. Error: expected calibration error.';

/** A histogram as an SVG file. */
export function histogramSvg(histogram: ReportHistogram): string {
  return sheet({
    title: histogram.title,
    panels: [{ drawing: histogramChart(histogram) }],
    notes: [histogram.note],
  });
}

/** A confusion matrix as an SVG file. */
export function confusionSvg(confusion: ReportConfusion): string {
  return sheet({
    title: confusion.title,
    panels: [{ drawing: confusionChart(confusion) }],
    notes: ['Percentages: of the row, the images of one true class.', confusion.note],
  });
}

/** Measures by group, a column a measure, as an SVG file. @throws LesionError `INVALID_ARGUMENT` if there is no group. */
export function subgroupsSvg(groups: ReportSubgroups): string {
  return sheet({
    title: groups.title,
    panels: groups.groups.length === 0 ? [] : [{ drawing: subgroupChart(groups) }],
    notes: [
      `Lines: 95 % bootstrap intervals. Hollow: fewer than ${groups.smallest ?? SMALL_GROUP} images.`,
      groups.note,
    ],
  });
}

/** Loss curves as an SVG file. @throws LesionError `INVALID_ARGUMENT` if there is no curve. */
export function lossesSvg({ title, curves, unit = 'iteration', note }: ReportLosses): string {
  const series = curves.map(({ name, at, loss }) => ({ name, at, values: loss }));
  const element = lineChart({
    description: `losses of ${title}`,
    horizontal: unit,
    vertical: 'loss',
    series,
  });
  return sheet({
    title,
    panels: curves.length === 0 ? [] : [{ drawing: { width: 600, height: 270, element } }],
    legend: curves.map(({ name }) => name),
    notes: [note],
  });
}

/** A chart of a report as a file. */
export interface ChartFile {
  /** `roc-1`: what the file may be called, without an ending. */
  name: string;
  title: string;
  /** The text of an SVG file. */
  svg: string;
}

/**
 * Every chart of a report as an SVG file: what the page shows, to be used elsewhere.
 *
 * @throws LesionError as renderReport does for these parts.
 * @example
 * ```ts
 * for (const { name, svg } of chartFiles(run)) await writeChart(`figures/${name}.png`, svg);
 * ```
 */
export function chartFiles(run: ReportData): ChartFile[] {
  const files: ChartFile[] = [];
  const add = <T extends { title: string }>(
    name: string,
    parts: readonly T[] | undefined,
    draw: (part: T) => string,
  ): void => {
    const list = parts ?? [];
    for (const [i, part] of list.entries()) {
      files.push({ name: list.length > 1 ? `${name}-${i + 1}` : name, title: part.title, svg: draw(part) });
    }
  };
  const ranked = run.rankings?.filter(({ classes }) => classes.length > 0);
  add('roc', ranked, rocSvg);
  add('precision-recall', ranked, precisionRecallSvg);
  add(
    'reliability',
    run.reliability?.filter(({ classes }) => classes.length > 0),
    reliabilitySvg,
  );
  add('histogram', run.histograms, histogramSvg);
  add('confusion', run.confusions, confusionSvg);
  add(
    'subgroups',
    run.subgroups?.filter(({ groups }) => groups.length > 0),
    subgroupsSvg,
  );
  add(
    'loss',
    run.losses?.filter(({ curves }) => curves.length > 0),
    lossesSvg,
  );
  return files;
}
