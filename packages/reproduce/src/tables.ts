/** The tables as data and as Markdown: the paper's figures and ours side by side. */
import { LESION_CLASSES, PATCH_CLASSES, type PatchClass } from '@lesion/core';
import { LFN_WIDTHS } from '@lesion/lfn';
import type { LinDataSet } from '@lesion/train';
import { type MeasuredRow, runOf, type TableId } from './experiments.js';
import {
  type MetricName,
  type ReferenceRow,
  TABLE_I,
  TABLE_II_ORIGINAL,
  TABLE_IX_REFERENCES,
  TABLE_VIII_REFERENCES,
  TABLE_X_REFERENCES,
} from './paper.js';
import type { MeasuredValue, Score } from './score.js';

/** Where a measured row's values come from. */
export interface Provenance {
  /** The profile that the run was trained with, as its bundle says. */
  profile: string;
  /** Name of the run. */
  run: string;
  /** Hash of the run's configuration. */
  configuration: string;
  /** Fingerprint of the data that was trained on. */
  trainingData: string;
  engine: string;
}

/** One value of a table. */
export interface Cell {
  /** What the paper prints. */
  paper: number | string | null;
  /** What was measured here. */
  ours: MeasuredValue | null;
}

/** A row of a table: a label and its cells. */
export interface TableRow {
  /** `V.2`; rows of the challenge's other participants have none. */
  id: string | null;
  label: string;
  /** By column. */
  cells: Record<string, Cell>;
  /** The same by diagnosis or feature, where the metric is a mean over these. */
  perClass: Record<string, Partial<Record<MetricName, MeasuredValue>>>;
  provenance: Provenance | null;
  /** Images behind the row; null where nothing was measured. */
  images: number | null;
  /** Why there is no value of ours, or what limits it. */
  note: string | null;
}

/** A table of the paper with our values beside its own. */
export interface Table {
  id: TableId;
  title: string;
  columns: string[];
  rows: TableRow[];
  /** How it was measured. */
  protocol: string;
  notes: string[];
}

export const TITLES: Readonly<Record<TableId, string>> = {
  I: 'Data augmentation for tasks 1 and 3: images a class',
  II: 'Data augmentation for task 2: patches a class',
  III: 'JA of single FCRN-88s and the LIN, one scale',
  IV: 'JA of the LIN by scales of input',
  V: 'AUC of the LIN with and without LICU',
  VI: 'The LFNs: channels and kernels of each stage',
  VII: 'AUC of the LFNs',
  VIII: 'Lesion segmentation, ISIC 2017',
  IX: 'Dermoscopic feature extraction, ISIC 2017',
  X: 'Lesion classification, ISIC 2017',
  A: 'Smaller networks and longer training, which the paper does not have',
  B: 'What the recipe of the training is made of: FCRN-50 on DR, half the training',
};

const count = (value: number): MeasuredValue => ({ value, lower: null, upper: null });

/** A row without measurement: reference, or a count. */
function plainRow(
  id: string | null,
  label: string,
  cells: Record<string, Cell>,
  note: string | null,
): TableRow {
  return { id, label, cells, perClass: {}, provenance: null, images: null, note };
}

/** Table I from plans that were made of the data set's own images. */
export function tableOne(
  counts: Readonly<
    Record<(typeof LESION_CLASSES)[number], Record<'original' | Exclude<LinDataSet, 'DR+DM'>, number>>
  >,
): Table {
  const columns = ['Melanoma (18)', 'Seborrheic keratosis (18)', 'Nevus (45)'];
  const row = (id: string, label: string, pick: (name: (typeof LESION_CLASSES)[number]) => Cell): TableRow =>
    plainRow(
      id,
      label,
      Object.fromEntries(columns.map((column, i) => [column, pick(LESION_CLASSES[i]!)])),
      null,
    );
  return {
    id: 'I',
    title: TITLES.I,
    columns,
    rows: [
      row('I.1', 'Original', (name) => ({
        paper: TABLE_I[name].original,
        ours: count(counts[name].original),
      })),
      row('I.2', 'DR', (name) => ({ paper: TABLE_I[name].rotated, ours: count(counts[name].DR) })),
      row('I.3', 'DM', (name) => ({ paper: TABLE_I[name].rotated, ours: count(counts[name].DM) })),
    ],
    protocol: 'Counts of the training split: images with mask and diagnosis, and the plans made of them.',
    notes: ["The paper says that DM pairs DR, and so has its size; Table I itself doesn't list it."],
  };
}

const PATCH_NAMES: Readonly<Record<PatchClass, string>> = {
  background: 'Background (B)',
  pigment_network: 'Pigment network (PN)',
  negative_network: 'Negative network (NN)',
  milia_like_cyst: 'Milia-like cysts (MC)',
  streaks: 'Streaks (S)',
};

/** Table II from the superpixels of the data set's own images. */
export function tableTwo(
  {
    images,
    original,
    planned,
  }: {
    images: number;
    original: Readonly<Record<PatchClass, number>>;
    planned: Readonly<Record<PatchClass, number>>;
  },
  paperPlan: Readonly<Record<PatchClass, number>>,
): Table {
  return {
    id: 'II',
    title: TITLES.II,
    columns: ['Original', 'Random sample + rotation'],
    rows: PATCH_CLASSES.map((name, i) =>
      plainRow(
        `II.${i + 1}`,
        PATCH_NAMES[name],
        {
          Original: { paper: TABLE_II_ORIGINAL[name], ours: count(original[name]) },
          'Random sample + rotation': { paper: paperPlan[name], ours: count(planned[name]) },
        },
        null,
      ),
    ),
    protocol: `Superpixels of ${images} annotated training images.`,
    notes: [
      'The random samples of background and pigment network are scaled by how many of the rare classes there are.',
    ],
  };
}

/** Table VI from the architecture that is built. */
export function tableSix(): Table {
  const variants = { standard: 'LFN', narrow: 'Narrow LFN', wide: 'Wide LFN' } as const;
  const paper = {
    standard: [16, 32, 64, 128],
    narrow: [16, 16, 16, 32],
    wide: [32, 64, 64, 128],
  } as const;
  const columns = Object.values(variants);
  const rows = [0, 1, 2, 3].flatMap((stage) =>
    [3, 1, 3].map((size, i) =>
      plainRow(
        `VI.${3 * stage + i + 1}`,
        `Stage ${stage + 1}, ${size}x${size}`,
        Object.fromEntries(
          (Object.keys(variants) as (keyof typeof variants)[]).map((name) => [
            variants[name],
            { paper: paper[name][stage]!, ours: count(LFN_WIDTHS[name][stage]!) },
          ]),
        ),
        null,
      ),
    ),
  );
  return {
    id: 'VI',
    title: TITLES.VI,
    columns,
    rows,
    protocol: 'The channels of each convolution as @lesion/lfn builds them.',
    notes: [],
  };
}

const REFERENCES: Partial<Record<TableId, readonly ReferenceRow[]>> = {
  VIII: TABLE_VIII_REFERENCES,
  IX: TABLE_IX_REFERENCES,
  X: TABLE_X_REFERENCES,
};

/** A measured row with what was found, or why nothing was. */
export interface Measurement {
  row: MeasuredRow;
  score: Score | undefined;
  provenance: Provenance | null;
  note: string | null;
}

function measuredRow({ row, score, provenance, note }: Measurement): TableRow {
  return {
    id: row.id,
    label: row.label,
    cells: Object.fromEntries(
      row.metrics.map((metric) => [
        metric,
        { paper: row.paper[metric] ?? null, ours: score?.values[metric] ?? null },
      ]),
    ),
    perClass: score?.perClass ?? {},
    provenance,
    images: score?.images ?? null,
    note: note ?? (score === undefined ? `run ${runOf(row)} is not trained` : null),
  };
}

/** Rows of one label as one row: what was measured for different tasks stands side by side. */
function joined(rows: readonly TableRow[]): TableRow[] {
  const byLabel = new Map<string, TableRow>();
  for (const row of rows) {
    const before = byLabel.get(row.label);
    byLabel.set(
      row.label,
      before === undefined
        ? row
        : {
            ...before,
            cells: { ...before.cells, ...row.cells },
            perClass: { ...before.perClass, ...row.perClass },
            note: before.note ?? row.note,
          },
    );
  }
  return [...byLabel.values()];
}

/** A table of measured rows; those of other participants in their order by the table's first column. */
export function measuredTable(
  id: TableId,
  measurements: readonly Measurement[],
  { protocol, notes }: { protocol: string; notes: readonly string[] },
): Table {
  const columns = [...new Set(measurements.flatMap(({ row }) => row.metrics))];
  const rows = joined(measurements.map(measuredRow));
  for (const { label, values } of REFERENCES[id] ?? []) {
    const cells = Object.entries(values).map(([metric, paper]) => [metric, { paper, ours: null }]);
    rows.push(plainRow(null, label, Object.fromEntries(cells), null));
  }
  if (REFERENCES[id] !== undefined) {
    const first = columns[0]!;
    const rank = ({ cells }: TableRow): number => Number(cells[first]?.paper ?? 0);
    rows.sort((a, b) => rank(b) - rank(a));
  }
  const profiles = [...new Set(rows.flatMap(({ provenance }) => provenance?.profile ?? []))];
  return {
    id,
    title: TITLES[id],
    columns,
    rows,
    protocol,
    notes: [
      ...notes,
      ...(profiles.length > 1
        ? [`The rows are of different profiles (${profiles.join(', ')}) and do not compare.`]
        : profiles.length === 1
          ? [`Profile: ${profiles[0]}.`]
          : []),
    ],
  };
}

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));

/** `0.751`, `0.751 [0.712, 0.786]`, `–`. */
export function formatOurs(value: MeasuredValue | null): string {
  if (value === null || Number.isNaN(value.value)) return '–';
  const { lower, upper } = value;
  const interval = lower === null || upper === null ? '' : ` [${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
  return `${number(value.value)}${interval}`;
}

function formatPaper(value: Cell['paper']): string {
  if (value === null) return '–';
  return typeof value === 'number' ? number(value) : value;
}

const line = (cells: readonly string[]): string =>
  `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

/** One table as Markdown. */
export function formatTable({ id, title, columns, rows, protocol, notes }: Table): string {
  const header = ['', ...columns.flatMap((column) => [`${column}, paper`, `${column}, ours`])];
  const measured = rows.filter(({ images }) => images !== null);
  const images = [...new Set(measured.map((row) => row.images))];
  const details = measured.flatMap(({ label, perClass }) => {
    const classes = Object.entries(perClass).map(([name, values]) => {
      const shown = Object.entries(values).filter(([metric]) => columns.includes(metric));
      return `${name} ${shown.map(([metric, value]) => `${metric} ${formatOurs(value)}`).join(', ')}`;
    });
    return classes.length === 0 ? [] : [`- ${label}: ${classes.join('; ')}`];
  });
  return [
    `## Table ${id}. ${title}`,
    '',
    line(header),
    line(header.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(({ label, cells }) =>
      line([
        label,
        ...columns.flatMap((column) => {
          const { paper = null, ours = null } = cells[column] ?? {};
          return [formatPaper(paper), formatOurs(ours)];
        }),
      ]),
    ),
    '',
    `${protocol}${images.length > 0 ? ` Images: ${images.join(', ')}.` : ''}`,
    ...notes,
    ...rows.flatMap(({ label, note }) => (note === null ? [] : [`${label}: ${note}.`])),
    ...(details.length > 0 ? ['', 'By class:', '', ...details] : []),
    '',
  ].join('\n');
}
