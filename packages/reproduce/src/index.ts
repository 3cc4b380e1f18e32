/** `@lesion/reproduce`: the tables and figures of Li & Shen 2017 from trained runs. Runs in Node. */

export { type RenderSvgOptions, renderSvg } from '@lesion/report/node';
export {
  type LfnRow,
  type LfnRun,
  type LinRow,
  type LinRun,
  type LinSystem,
  type MeasuredRow,
  ROWS,
  RUNS,
  type RunName,
  SCALE_NAMES,
  type ScaleName,
  TABLE_IDS,
  type TableId,
  type TrainingRun,
} from './experiments.js';
export { FIGURE_NUMBERS, type FigureNumber, type WrittenFigure } from './figures.js';
export { METRICS, type MetricName, type MetricValues } from './paper.js';
export { REPRODUCTION_PROFILES, type ReproductionProfile } from './profiles.js';
export { neededRuns, type ReproduceOptions, type Reproduction, reproduce } from './reproduce.js';
export type { MeasuredValue, MeasuredValues } from './score.js';
export { type Cell, formatTable, type Provenance, type Table, type TableRow } from './tables.js';
