/** The paper's figures from our own predictions: 3, 4, 7 and 8, each as SVG and PNG. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BinaryMask, inWords, LESION_CLASSES, type LesionClass } from '@lesion/core';
import { type IsicRecord, readRecordImage, readRecordMask } from '@lesion/isic';
import { distanceMap } from '@lesion/licu';
import { confusionCounts, segmentationMetrics } from '@lesion/metrics';
import {
  type Chart,
  drawHeatMap,
  drawOutline,
  drawSuperpixels,
  type FigurePanel,
  figureSvg,
  OUTLINE_COLOURS,
} from '@lesion/report';
import { renderSvg } from '@lesion/report/node';
import { decodeLabels, type SuperpixelOptions } from '@lesion/superpixel';
import { keptSuperpixels, type NetworkHistory, readHistory } from '@lesion/train';
import writeFileAtomic from 'write-file-atomic';
import type { RunName } from './experiments.js';
import type { ReproductionFolder } from './folder.js';
import type { PredictionStore } from './prediction-store.js';
import type { FinishedRun } from './runs.js';

/** The figures of the paper that are drawn anew. */
export const FIGURE_NUMBERS = [3, 4, 7, 8] as const;
/** One of {@link FIGURE_NUMBERS}. */
export type FigureNumber = (typeof FIGURE_NUMBERS)[number];

/** A figure that was written. */
export interface WrittenFigure {
  number: FigureNumber;
  title: string;
  svg: string;
  png: string;
}

/** A predicted image with what Figs. 3 and 8 show of it. */
interface Segmented {
  record: IsicRecord;
  mask: BinaryMask;
  truth: BinaryMask;
  ja: number;
}

async function segmented(records: readonly IsicRecord[], store: PredictionStore): Promise<Segmented[]> {
  const found: Segmented[] = [];
  for (const record of records) {
    if (record.maskPath === undefined || record.diagnosis === undefined || !store.has(record.id)) continue;
    const [mask, truth] = [await store.readMask(record.id), await readRecordMask(record)];
    const { JA } = segmentationMetrics(confusionCounts(truth, mask));
    found.push({ record, mask, truth, ja: Number.isNaN(JA) ? 1 : JA });
  }
  return found;
}

/** `count` of one class's images at even steps of their JA, the worst and best tenth left aside. */
function spread(images: readonly Segmented[], diagnosis: LesionClass, count: number): Segmented[] {
  const sorted = images.filter(({ record }) => record.diagnosis === diagnosis).sort((a, b) => a.ja - b.ja);
  if (sorted.length <= count) return sorted.reverse();
  const places = Array.from({ length: count }, (_, i) => 0.9 - (0.8 * (i + 0.5)) / count);
  return places.map((place) => sorted[Math.round(place * (sorted.length - 1))]!);
}

const letter = (index: number): string => `(${String.fromCharCode(97 + index)})`;

async function figure3(images: readonly Segmented[]): Promise<FigurePanel[]> {
  const panels: FigurePanel[] = [];
  for (const diagnosis of LESION_CLASSES) {
    for (const { record, mask } of spread(images, diagnosis, 1)) {
      const image = await readRecordImage(record);
      panels.push(
        { image: drawOutline(image, mask), caption: `${record.id}, ${inWords(diagnosis)}` },
        { image: drawHeatMap(distanceMap(mask)), caption: 'distance map, 0 to 1' },
      );
    }
  }
  return panels;
}

async function figure4(
  record: IsicRecord,
  folder: string,
  options: SuperpixelOptions,
): Promise<FigurePanel[]> {
  const image = await readRecordImage(record);
  const path = await keptSuperpixels(record, { options, folder });
  const labels = decodeLabels(await readFile(path), { source: path });
  const count = new Set(labels.data as Int32Array).size;
  const colour = [0, 0, 0] as const;
  return [
    { image, caption: `(a) ${record.id}` },
    { image: drawSuperpixels(image, labels, { colour, alpha: 1 }), caption: `(b) ${count} superpixels` },
  ];
}

/** Points of a training curve that an epoch is cut into where a run has few epochs. */
const POINTS_OF_FEW_EPOCHS = 20;

/** Means of the step losses over equal parts of each epoch, `parts` an epoch, each at the middle of its steps. */
export function curveOfSteps(
  { epochs, stepLosses }: NetworkHistory,
  parts: number,
): { at: number[]; values: number[] } {
  const at: number[] = [];
  const values: number[] = [];
  let start = 0;
  for (const [i, { steps }] of epochs.entries()) {
    for (let part = 0; part < parts; part++) {
      const [from, to] = [Math.floor((part * steps) / parts), Math.floor(((part + 1) * steps) / parts)];
      if (from === to) continue;
      const losses = stepLosses.slice(start + from, start + to);
      at.push(i + (from + to) / 2 / steps);
      values.push(losses.reduce((sum, loss) => sum + loss, 0) / losses.length);
    }
    start += steps;
  }
  return { at, values };
}

function lossChart(history: NetworkHistory, name: string): Chart {
  const { epochs } = history;
  const ends = epochs.map(({ epoch }) => epoch);
  const training =
    epochs.length < POINTS_OF_FEW_EPOCHS / 2
      ? curveOfSteps(history, Math.ceil(POINTS_OF_FEW_EPOCHS / epochs.length))
      : { at: ends, values: epochs.map(({ trainingLoss }) => trainingLoss) };
  return {
    description: `losses of ${name}`,
    horizontal: 'epochs',
    vertical: 'loss',
    series: [
      { name: 'training', ...training },
      { name: 'validation', at: ends, values: epochs.map(({ validationLoss }) => validationLoss) },
    ],
  };
}

async function figure7(runs: ReadonlyMap<RunName, FinishedRun>): Promise<FigurePanel[]> {
  const wanted = [
    { name: 'lin', networks: { dr: 'DR', dm: 'DM' } },
    { name: 'fcrn88-dr-dm', networks: { 'dr-dm': 'DR+DM' } },
  ] as const;
  const charts: { data: string; chart: Chart }[] = [];
  for (const { name, networks } of wanted) {
    const run = runs.get(name);
    if (run === undefined) continue;
    const histories = await readHistory(run.folder);
    for (const [network, data] of Object.entries(networks)) {
      const history = histories[network];
      if (history !== undefined) {
        charts.push({ data, chart: lossChart(history, `FCRN-88 trained with ${data}`) });
      }
    }
  }
  // One scale for all: the paper compares their heights.
  const values = charts.flatMap(({ chart }) =>
    chart.series.flatMap((series) => series.values.filter((value) => value !== null)),
  );
  return charts.map(({ data, chart }, i) => ({
    chart: { ...chart, include: { at: [0], values } },
    caption: `${letter(i)} ${data}`,
  }));
}

async function figure8(images: readonly Segmented[]): Promise<FigurePanel[]> {
  const chosen = [
    ...spread(images, 'melanoma', 4),
    ...spread(images, 'seborrheic_keratosis', 2),
    ...spread(images, 'nevus', 2),
  ];
  const panels: FigurePanel[] = [];
  for (const [i, { record, mask, truth, ja }] of chosen.entries()) {
    const image = await readRecordImage(record);
    const outlined = drawOutline(image, truth, { colour: OUTLINE_COLOURS.truth });
    panels.push({
      image: drawOutline(outlined, mask, { colour: OUTLINE_COLOURS.result }),
      caption: `${letter(i)} ${inWords(record.diagnosis!)}, JA ${ja.toFixed(3)}`,
    });
  }
  return panels;
}

export interface FiguresOptions {
  numbers: readonly FigureNumber[];
  folder: ReproductionFolder;
  runs: ReadonlyMap<RunName, FinishedRun>;
  /** Images of the validation split. */
  records: readonly IsicRecord[];
  /** Predictions of the LIN that is shown, and its name; undefined leaves Figs. 3 and 8 out. */
  lin: { store: PredictionStore; name: string } | undefined;
  superpixels: SuperpixelOptions;
}

/** Writes the figures for which there is something to show. */
export async function writeFigures(options: FiguresOptions): Promise<WrittenFigure[]> {
  const { numbers, folder, runs, records, lin, superpixels } = options;
  const images = lin === undefined ? [] : await segmented(records, lin.store);
  const shown = lin === undefined ? '' : `Outlines of ${lin.name}.`;
  const chosen = 'Chosen by rule: even steps of the Jaccard index within a class, best first.';
  const draw: Record<
    FigureNumber,
    () => Promise<{ title: string; panels: FigurePanel[]; notes: string[]; columns?: number }>
  > = {
    3: async () => ({
      title: 'Fig. 3. Outlines and distance maps',
      panels: await figure3(images),
      columns: 2,
      notes: [`${shown} One image a class, of middling Jaccard index.`],
    }),
    4: async () => ({
      title: 'Fig. 4. Superpixels',
      panels: records[0] === undefined ? [] : await figure4(records[0], folder.superpixels, superpixels),
      notes: ['The first validation image; SLICO with the settings of the challenge.'],
    }),
    7: async () => ({
      title: 'Fig. 7. Loss curves of FCRN-88 by training set',
      panels: await figure7(runs),
      columns: 3,
      notes: [
        'Training: means over parts of an epoch where epochs are few. Validation: held-out training images, after each epoch.',
      ],
    }),
    8: async () => ({
      title: 'Fig. 8. Segmentation: result blue, truth red',
      panels: await figure8(images),
      columns: 4,
      notes: [shown, chosen],
    }),
  };
  const written: WrittenFigure[] = [];
  for (const number of numbers) {
    const figure = await draw[number]();
    if (figure.panels.length === 0) continue;
    const drawing = figureSvg(figure);
    const [svg, png] = ['svg', 'png'].map((ending) => folder.figure(`figure-${number}.${ending}`)) as [
      string,
      string,
    ];
    await mkdir(dirname(svg), { recursive: true });
    await writeFileAtomic(svg, drawing);
    await writeFileAtomic(png, Buffer.from(renderSvg(drawing)));
    written.push({ number, title: figure.title, svg, png });
  }
  return written;
}
