/** Line charts as SVG text, drawn without a browser; leans on the plot, and on d3-scale and d3-shape for ticks and paths. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { seriesClass } from './chart-style.js';
import { type Markup, markup } from './markup.js';
import { drawing, plot, round } from './plot.js';

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
  /** Places and values that the axes take in whatever the lines do, so that charts side by side compare. @default none */
  include?: { at?: readonly number[] | undefined; values?: readonly number[] | undefined } | undefined;
}

/** More points than this are averaged: no screen shows them, and the page stays small. */
const MOST_POINTS = 320;

const WIDTH = 600;
const HEIGHT = 270;

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

/**
 * Draws a line chart. Lines differ in colour, dash and mark, and are named beside it, so that it reads in
 * grey, in print and with any colour vision; colours come from the page's style (`series-1`, `series-2`, ...).
 */
export function lineChart(chart: Chart): Markup {
  const lines = chart.series.map((series) => ({ name: series.name, ...thinOut(series) }));
  const defined = lines.flatMap(({ points }) => points.filter((point) => point.value !== null));
  const [lowest, highest] = extent([
    ...defined.map((point) => point.value!),
    ...(chart.include?.values ?? []),
  ]);
  const places = lines.flatMap(({ points }) => points.map((point) => point.at));
  const span = extent([...places, ...(chart.include?.at ?? [])]);
  const height = scaleLinear()
    .domain([Math.min(lowest, 0), highest])
    .nice(5);
  // Epochs and steps are counted: nothing lies between them.
  const isCounted = lines.every(({ points }) => points.every(({ at }) => Number.isInteger(at)));
  const ticks = scaleLinear()
    .domain(span)
    .ticks(6)
    .filter((tick) => !isCounted || Number.isInteger(tick));
  const size = { width: WIDTH, height: HEIGHT };
  const { x, y, frame } = plot({
    ...size,
    horizontal: { name: chart.horizontal, domain: span, ticks },
    vertical: {
      name: chart.vertical,
      domain: height.domain() as [number, number],
      ticks: height.ticks(5),
    },
  });
  const path = line<Point>()
    .defined((point) => point.value !== null)
    .x((point) => x(point.at))
    .y((point) => y(point.value!))
    .digits(1);
  const drawn = lines.map(({ points }, i) => {
    const shown = points.filter((point) => point.value !== null);
    return markup`<g class="series ${seriesClass(i)}"><path d="${path(points) ?? ''}"/>${
      // Few points are marked: a lone one between gaps would not show as a line.
      shown.length <= 40 &&
      shown.map(
        (point) => markup`<circle cx="${round(x(point.at))}" cy="${round(y(point.value!))}" r="2.5"/>`,
      )
    }</g>`;
  });
  return drawing(
    size,
    chart.description,
    markup`${frame}
${drawn}`,
  ).element;
}
