/** The paper's experiments as data: which runs are trained, and which row of which table asks what of them. */
import type { LfnVariant } from '@lesion/lfn';
import type { ComponentWeight } from '@lesion/licu';
import type { LinDataSet } from '@lesion/train';
import { type MetricName, type MetricValues, RANKING_METRICS, SEGMENTATION_METRICS } from './paper.js';

/** One training run that yields one or more FCRNs. */
export interface LinRun {
  kind: 'lin';
  name: string;
  /** A network for each. */
  dataSets: readonly LinDataSet[];
  depth: 50 | 88 | 101;
  /** What differs from the profile; nothing if not given. */
  changes?: LinRunChanges | undefined;
}

/** How a run departs from its profile. */
export interface LinRunChanges {
  /** Multiplies the profile's epochs, at least one epoch. */
  epochs?: number | undefined;
  /** The soft Jaccard loss is left out. */
  withoutJaccard?: boolean | undefined;
  /** Crops are centred, of one scale, in the image's own colours and sharpness. */
  withoutJitter?: boolean | undefined;
  /** Weights begin at random even where ImageNet's are given. */
  withoutImageNet?: boolean | undefined;
}

/** One training run of a LFN. */
export interface LfnRun {
  kind: 'lfn';
  name: string;
  variant: LfnVariant;
  /** Weighted softmax loss (WSL). */
  weightedLoss: boolean;
  /** Batch normalisation (BN). */
  batchNorm: boolean;
}

/** A run that rows are measured on. */
export type TrainingRun = LinRun | LfnRun;

const lfn = <Name extends string>(
  name: Name,
  differs: Partial<Omit<LfnRun, 'name'>> = {},
): LfnRun & { name: Name } => ({
  kind: 'lfn',
  name,
  variant: 'standard',
  weightedLoss: true,
  batchNorm: true,
  ...differs,
});

/** Half as long as the profile, one network: enough to compare recipes with each other. */
const ablation = <Name extends string>(name: Name, changes: LinRunChanges) =>
  ({
    kind: 'lin',
    name: `recipe-${name}`,
    dataSets: ['DR'],
    depth: 50,
    changes: { epochs: 0.5, ...changes },
  }) as const satisfies LinRun;

/** Every run that a row may ask for. What is trained once serves all rows that name it. */
export const RUNS = [
  { kind: 'lin', name: 'lin', dataSets: ['DR', 'DM'], depth: 88 },
  { kind: 'lin', name: 'fcrn88-dr-dm', dataSets: ['DR+DM'], depth: 88 },
  { kind: 'lin', name: 'lin-fcrn50', dataSets: ['DR', 'DM'], depth: 50 },
  { kind: 'lin', name: 'lin-fcrn50-long', dataSets: ['DR', 'DM'], depth: 50, changes: { epochs: 2 } },
  ablation('whole', {}),
  ablation('without-jaccard', { withoutJaccard: true }),
  ablation('without-jitter', { withoutJitter: true }),
  ablation('without-imagenet', { withoutImageNet: true }),
  lfn('lfn'),
  lfn('lfn-narrow', { variant: 'narrow' }),
  lfn('lfn-wide', { variant: 'wide' }),
  lfn('lfn-without-wsl', { weightedLoss: false }),
  lfn('lfn-without-bn', { batchNorm: false }),
] as const satisfies readonly TrainingRun[];

/** The name of one of {@link RUNS}. */
export type RunName = (typeof RUNS)[number]['name'];

/** Scales of prediction, all but the first by the paper's names; a profile says how many pixels each is. */
export const SCALE_NAMES = ['~250', '~300', '~500', '~700'] as const;
/** The name of one of {@link SCALE_NAMES}. */
export type ScaleName = (typeof SCALE_NAMES)[number];

/** Networks of a LIN run at some scales: what makes one prediction of an image. */
export interface LinSystem {
  run: RunName;
  networks: readonly ('dr' | 'dm' | 'dr-dm')[];
  scales: readonly ScaleName[];
  /** Which connected component is the lesion; the profile's choice if not given. */
  component?: ComponentWeight | undefined;
}

/** The paper's tables, and two of our own: A and B. */
export const TABLE_IDS = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'A', 'B'] as const;
/** One of {@link TABLE_IDS}. */
export type TableId = (typeof TABLE_IDS)[number];

interface RowBase {
  /** `V.2`: the table and the row's place in it. */
  id: string;
  table: TableId;
  label: string;
  metrics: readonly MetricName[];
  /** The authors' figures, if the row is theirs. */
  paper: MetricValues;
}

/** A row that is measured on a LIN: task 1 for JA and its like, task 3 for AUC and its like. */
export interface LinRow extends RowBase {
  kind: 'lin';
  task: 1 | 3;
  system: LinSystem;
  /** Whether the LICU's distance map weighs the pixels, or all count alike. */
  licu: boolean;
}

/** A row that is measured on a LFN: task 2. */
export interface LfnRow extends RowBase {
  kind: 'lfn';
  task: 2;
  run: RunName;
}

/** A row that is measured: on a LIN or on a LFN. */
export type MeasuredRow = LinRow | LfnRow;

const BOTH = ['dr', 'dm'] as const;
const LIN: LinSystem = { run: 'lin', networks: BOTH, scales: ['~300', '~500'] };
const SMALL_LIN: LinSystem = { ...LIN, run: 'lin-fcrn50' };
const LONG_LIN: LinSystem = { ...LIN, run: 'lin-fcrn50-long' };
const THREE_SCALES = ['~250', '~300', '~500'] as const;

type LinRowParts = Omit<LinRow, 'id' | 'kind' | 'licu' | 'metrics'> &
  Partial<Pick<LinRow, 'licu' | 'metrics'>>;

const linRow = (parts: LinRowParts): Omit<LinRow, 'id'> => ({
  kind: 'lin',
  licu: true,
  metrics: parts.task === 1 ? ['JA'] : ['AUC'],
  ...parts,
});
const lfnRow = (label: string, run: RunName, auc: number): Omit<LfnRow, 'id'> => ({
  kind: 'lfn',
  table: 'VII',
  task: 2,
  label,
  run,
  metrics: ['AUC'],
  paper: { AUC: auc },
});
const tableIv = (scales: LinSystem['scales'], ja: number): Omit<LinRow, 'id'> =>
  linRow({
    table: 'IV',
    task: 1,
    label: `LIN (${scales.join(' + ')})`,
    system: { ...LIN, scales },
    paper: { JA: ja },
  });

/** One line of a table that has JA and AUC: two rows, which the table puts together. */
const bothTasks = (
  table: TableId,
  label: string,
  system: LinSystem,
  { JA, AUC }: MetricValues = {},
): Omit<LinRow, 'id'>[] => [
  linRow({ table, task: 1, label, system, paper: JA === undefined ? {} : { JA } }),
  linRow({ table, task: 3, label, system, paper: AUC === undefined ? {} : { AUC } }),
];
const recipe = (run: RunName): LinSystem => ({ run, networks: ['dr'], scales: ['~300', '~500'] });

const UNNUMBERED: readonly (Omit<LinRow, 'id'> | Omit<LfnRow, 'id'>)[] = [
  linRow({
    table: 'III',
    task: 1,
    label: 'FCRN-88 (DR)',
    system: { run: 'lin', networks: ['dr'], scales: ['~300'] },
    paper: { JA: 0.697 },
  }),
  linRow({
    table: 'III',
    task: 1,
    label: 'FCRN-88 (DR+DM)',
    system: { run: 'fcrn88-dr-dm', networks: ['dr-dm'], scales: ['~300'] },
    paper: { JA: 0.607 },
  }),
  linRow({ table: 'III', task: 1, label: 'LIN', system: { ...LIN, scales: ['~300'] }, paper: { JA: 0.71 } }),
  tableIv(['~300'], 0.71),
  tableIv(['~500'], 0.698),
  tableIv(['~700'], 0.662),
  tableIv(['~300', '~500'], 0.751),
  tableIv(['~300', '~500', '~700'], 0.753),
  linRow({ table: 'V', task: 3, label: 'LIN without LICU', system: LIN, licu: false, paper: { AUC: 0.891 } }),
  linRow({ table: 'V', task: 3, label: 'LIN with LICU', system: LIN, paper: { AUC: 0.908 } }),
  lfnRow('Narrow LFN', 'lfn-narrow', 0.822),
  lfnRow('Wide LFN', 'lfn-wide', 0.803),
  lfnRow('LFN', 'lfn', 0.848),
  lfnRow('LFN (without WSL)', 'lfn-without-wsl', 0.778),
  lfnRow('LFN (without BN)', 'lfn-without-bn', 0.842),
  linRow({
    table: 'VIII',
    task: 1,
    label: 'LIN',
    system: LIN,
    metrics: SEGMENTATION_METRICS,
    paper: { JA: 0.718, AC: 0.922, DC: 0.81, SE: 0.789, SP: 0.975 },
  }),
  {
    kind: 'lfn',
    table: 'IX',
    task: 2,
    label: 'LFN',
    run: 'lfn',
    metrics: RANKING_METRICS,
    paper: { AUC: 0.833, AC: 0.914, AP: 0.409, SE: 0.665, SP: 0.915 },
  },
  linRow({
    table: 'X',
    task: 3,
    label: 'LIN',
    system: LIN,
    metrics: RANKING_METRICS,
    paper: { AUC: 0.823, AC: 0.852, AP: 0.476, SE: 0.504, SP: 0.93 },
  }),
  ...bothTasks('A', 'LIN of FCRN-88', LIN, { JA: 0.751, AUC: 0.908 }),
  ...bothTasks('A', 'LIN of FCRN-50', SMALL_LIN),
  ...bothTasks('A', 'FCRN-50 (DR) alone', { ...SMALL_LIN, networks: ['dr'] }),
  ...bothTasks('A', 'LIN of FCRN-50, trained twice as long', LONG_LIN),
  ...bothTasks('A', 'FCRN-50 (DR) alone, trained twice as long', { ...LONG_LIN, networks: ['dr'] }),
  ...bothTasks('A', 'LIN of FCRN-50, twice as long, ~250 too', { ...LONG_LIN, scales: THREE_SCALES }),
  ...bothTasks('A', 'FCRN-50 (DR) alone, twice as long, ~250 too', {
    ...LONG_LIN,
    networks: ['dr'],
    scales: THREE_SCALES,
  }),
  ...bothTasks('A', 'FCRN-50 (DM) alone, twice as long, ~250 too', {
    ...LONG_LIN,
    networks: ['dm'],
    scales: THREE_SCALES,
  }),
  ...bothTasks('B', 'the whole recipe', recipe('recipe-whole')),
  ...bothTasks('B', 'the component with the largest area', {
    ...recipe('recipe-whole'),
    component: 'area',
  }),
  ...bothTasks('B', 'without the soft Jaccard loss', recipe('recipe-without-jaccard')),
  ...bothTasks('B', 'without jitter of crops, colours and sharpness', recipe('recipe-without-jitter')),
  ...bothTasks('B', 'without ImageNet weights', recipe('recipe-without-imagenet')),
];

/**
 * The measured rows of all tables: III to V and VII as on the validation split, VIII to X as on the test split, and
 * tables A and B, comparisons that the paper does not have.
 */
export const ROWS: readonly MeasuredRow[] = UNNUMBERED.map((row, i) => {
  const place = UNNUMBERED.slice(0, i + 1).filter(({ table }) => table === row.table).length;
  return { ...row, id: `${row.table}.${place}` };
});

/** The run that a row is measured on. */
export function runOf(row: MeasuredRow): RunName {
  return row.kind === 'lin' ? row.system.run : row.run;
}

/** The split that a table is measured on in the paper. */
export function paperSplit(table: TableId): 'validation' | 'test' {
  return table === 'VIII' || table === 'IX' || table === 'X' ? 'test' : 'validation';
}
