/** Line charts as SVG text, drawn without a browser; leans on d3-scale and d3-shape for ticks and paths. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { formatNumber } from './format.js';
import { type Markup, markup } from './markup.js';

/** One line: values at places; `null` leaves a gap. */
export interface ChartSeries {
  name: string;
  at: readonly number[];
  values: readonly (number | null)[];
}

/** What a chart shows. */
export interface Chart {
  /** Read out in place of the picture. */
  description: string;
  horizontal: string;
  vertical: string;
  series: readonly ChartSeries[];
}

/** More points than this are averaged: no screen shows them, and the page stays small. */
const MOST_POINTS = 320;

const WIDTH = 600;
const HEIGHT = 270;
const MARGIN = { top: 12, right: 16, bottom: 42, left: 54 };

interface Point {
  at: number;
  value: number | null;
}

/** The points of a series, averaged in runs of neighbours where there are too many; `size` is a run's length. */
export function thinOut(series: ChartSeries): { points: Point[]; size: number } {
  const size = Math.max(1, Math.ceil(series.at.length / MOST_POINTS));
  const points: Point[] = [];
  for (let start = 0; start < series.at.length; start += size) {
    const end = Math.min(start + size, series.at.length);
    let sum = 0;
    let count = 0;
    let places = 0;
    for (let i = start; i < end; i++) {
      places += series.at[i]!;
      const value = series.values[i];
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      sum += value;
      count++;
    }
    points.push({ at: places / (end - start), value: count > 0 ? sum / count : null });
  }
  return { points, size };
}

function extent(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/**
 * Draws a line chart. Lines differ in colour, dash and mark, and are named beside it, so that it reads in
 * grey, in print and with any colour vision; colours come from the page's style (`series-1`, `series-2`, ...).
 */
export function lineChart(chart: Chart): Markup {
  const lines = chart.series.map((series) => ({ name: series.name, ...thinOut(series) }));
  const defined = lines.flatMap(({ points }) => points.filter((point) => point.value !== null));
  const [lowest, highest] = extent(defined.map((point) => point.value!));
  const x = scaleLinear()
    .domain(extent(lines.flatMap(({ points }) => points.map((point) => point.at))))
    .range([MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear()
    .domain([Math.min(lowest, 0), highest])
    .nice(5)
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  // Epochs and steps are counted: nothing lies between them.
  const isCounted = lines.every(({ points }) => points.every(({ at }) => Number.isInteger(at)));
  const places = x.ticks(6).filter((tick) => !isCounted || Number.isInteger(tick));
  const path = line<Point>()
    .defined((point) => point.value !== null)
    .x((point) => x(point.at))
    .y((point) => y(point.value!))
    .digits(1);
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${chart.description}">
<g class="grid">${y
    .ticks(5)
    .map(
      (tick) =>
        markup`<line x1="${MARGIN.left}" x2="${right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text x="${MARGIN.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${formatNumber(tick)}</text>`,
    )}</g>
<g class="axis"><line x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>${places.map(
    (tick) =>
      markup`<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${bottom}" y2="${bottom + 5}"/><text x="${round(x(tick))}" y="${bottom + 19}" text-anchor="middle">${formatNumber(tick)}</text>`,
  )}
<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 5}" text-anchor="middle">${chart.horizontal}</text>
<text transform="translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${chart.vertical}</text></g>
${lines.map(({ points }, i) => {
  const shown = points.filter((point) => point.value !== null);
  return markup`<g class="series series-${(i % 4) + 1}"><path d="${path(points) ?? ''}"/>${
    // Few points are marked: a lone one between gaps would not show as a line.
    shown.length <= 40 &&
    shown.map((point) => markup`<circle cx="${round(x(point.at))}" cy="${round(y(point.value!))}" r="2.5"/>`)
  }</g>`;
})}
</svg>`;
}
