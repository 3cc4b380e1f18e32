/** ROC and precision-recall curves of several classes with their bands. Leans on the plot and d3-shape. */
import { area, line } from 'd3-shape';
import { seriesClass } from './chart-style.js';
import { formatInterval } from './format.js';
import { markup } from './markup.js';
import { type Drawing, drawing, plot, round, UNIT_TICKS } from './plot.js';
import type { ReportBandedCurve, ReportRankedClass } from './report-data.js';

/** A square field of 346 units from 0 to 1 on both axes. */
export const UNIT_SIZE = { width: 416, height: 400 } as const;

const UNIT = { domain: [0, 1], ticks: UNIT_TICKS } as const;

type Point = readonly [x: number, y: number];

const points = ({ x, y }: ReportBandedCurve): Point[] => x.map((value, i) => [value, y[i]!]);

interface CurveChart {
  kind: string;
  horizontal: string;
  vertical: string;
  areaName: string;
  curves: readonly { name: string; curve: ReportBandedCurve }[];
  /** Whether the diagonal is what guessing gives. */
  diagonal: boolean;
}

function curveChart({ kind, horizontal, vertical, areaName, curves, diagonal }: CurveChart): Drawing {
  const { x, y, frame } = plot({
    ...UNIT_SIZE,
    horizontal: { name: horizontal, ...UNIT },
    vertical: { name: vertical, ...UNIT },
  });
  const path = line<Point>()
    .defined((point) => point.every(Number.isFinite))
    .x((point) => x(point[0]))
    .y((point) => y(point[1]))
    .digits(1);
  const band = area<readonly [x: number, low: number, high: number]>()
    .defined((point) => point.every(Number.isFinite))
    .x((point) => x(point[0]))
    .y0((point) => y(point[1]))
    .y1((point) => y(point[2]))
    .digits(1);
  const description = `${kind}: ${curves
    .map(({ name, curve }) => `${name}, ${areaName} ${formatInterval(curve.area)}`)
    .join('; ')}.`;
  return drawing(
    UNIT_SIZE,
    description,
    markup`${frame}${diagonal && markup`<line class="chance" x1="${round(x(0))}" y1="${round(y(0))}" x2="${round(x(1))}" y2="${round(y(1))}"/>`}
${curves.map(({ curve }, i) => {
  const { band: between } = curve;
  const edge = between?.x.map((at, k) => [at, between.low[k]!, between.high[k]!] as const);
  return markup`<g class="series ${seriesClass(i)}">${edge && markup`<path class="band" d="${band(edge) ?? ''}"/>`}<path d="${path(points(curve)) ?? ''}"/></g>`;
})}`,
  );
}

/** The ROC curves of some classes in one field. */
export function rocChart(classes: readonly ReportRankedClass[]): Drawing {
  return curveChart({
    kind: 'ROC curves',
    horizontal: '1 − specificity',
    vertical: 'sensitivity',
    areaName: 'AUC',
    curves: classes.map(({ name, roc }) => ({ name, curve: roc })),
    diagonal: true,
  });
}

/** The precision-recall curves of some classes in one field. */
export function precisionRecallChart(classes: readonly ReportRankedClass[]): Drawing {
  return curveChart({
    kind: 'Precision-recall curves',
    horizontal: 'recall',
    vertical: 'precision',
    areaName: 'average precision',
    curves: classes.map(({ name, precisionRecall }) => ({ name, curve: precisionRecall })),
    diagonal: false,
  });
}
