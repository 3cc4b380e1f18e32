/** A histogram of one measure over images. Leans on the plot. */
import { scaleLinear } from 'd3-scale';
import { seriesClass } from './chart-style.js';
import { formatMeasure } from './format.js';
import { markup } from './markup.js';
import { type Drawing, drawing, plot, round, UNIT_TICKS } from './plot.js';
import type { ReportHistogram } from './report-data.js';

const SIZE = { width: 600, height: 300 } as const;
const BINS = 20;

/** How many values lie in each of 20 bins from 0 to 1: from the lower edge up to, but for the last bin, below the upper. */
export function histogramCounts(values: readonly number[]): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    // 0.15 * 20 is a hair below 3: a value on an edge belongs above it.
    const bin = Math.floor(value * BINS + 1e-9);
    counts[Math.min(Math.max(bin, 0), BINS - 1)]!++;
  }
  return counts;
}

/** The middle of some values, the mean of the two middle ones where they are even in number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A measure's distribution over images, with its median. */
export function histogramChart({ title, measure, values }: ReportHistogram): Drawing {
  const counts = histogramCounts(values);
  const top = scaleLinear()
    .domain([0, Math.max(1, ...counts)])
    .nice(5);
  const { x, y, frame } = plot({
    ...SIZE,
    horizontal: { name: measure, domain: [0, 1], ticks: UNIT_TICKS },
    vertical: {
      name: 'images',
      domain: [0, top.domain()[1]!],
      ticks: top.ticks(5).filter(Number.isInteger),
    },
  });
  const middle = median(values);
  const bars = counts.map((count, i) => {
    const [left, right] = [x(i / BINS), x((i + 1) / BINS)];
    return markup`<rect class="column" x="${round(left + 1)}" y="${round(y(count))}" width="${round(right - left - 2)}" height="${round(y(0) - y(count))}"/>`;
  });
  const at = round(x(middle));
  // To the left of the line where the right has no room.
  const anchor = middle > 0.5 ? 'end' : 'start';
  const label = round(x(middle) + (middle > 0.5 ? -6 : 6));
  return drawing(
    SIZE,
    `${title}: ${measure} of ${values.length} images, median ${formatMeasure(middle)}, lowest ${formatMeasure(Math.min(...values))}.`,
    markup`${frame}<g class="series ${seriesClass(0)}">${bars}</g>${
      Number.isFinite(middle) &&
      markup`<line class="chance" x1="${at}" x2="${at}" y1="${round(y(0))}" y2="12"/><text class="ink" x="${label}" y="22" text-anchor="${anchor}">median ${formatMeasure(middle)}</text>`
    }`,
  );
}
