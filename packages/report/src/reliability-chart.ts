/** Reliability diagrams: what was promised against what came, and how many scores stand behind each bin. Leans on the plot. */
import { line } from 'd3-shape';
import { seriesClass } from './chart-style.js';
import { UNIT_SIZE } from './curve-chart.js';
import { formatInterval, formatMeasure } from './format.js';
import { markup } from './markup.js';
import { type Drawing, drawing, MARGIN, plot, round, UNIT_TICKS } from './plot.js';
import type { ReportReliableClass } from './report-data.js';

const UNIT = { domain: [0, 1], ticks: UNIT_TICKS } as const;
/** Room for the counts below the diagram. */
const COUNTS = 64;
const SIZE = { width: UNIT_SIZE.width, height: UNIT_SIZE.height + COUNTS } as const;

/** One class's reliability diagram; `index` chooses its colour. */
export function reliabilityChart({ name, bins, error }: ReportReliableClass, index = 0): Drawing {
  const { x, y, frame } = plot({
    ...UNIT_SIZE,
    horizontal: { name: 'mean probability in the bin', ...UNIT },
    vertical: { name: 'share of the class', ...UNIT },
  });
  const path = line<(typeof bins)[number]>()
    .x((bin) => x(bin.meanScore))
    .y((bin) => y(bin.positiveShare))
    .digits(1);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const ground = SIZE.height - 4;
  const room = COUNTS - 24;
  const bars = bins.map(({ lower, upper, count }) => {
    const [left, right] = [x(lower), x(upper)];
    const height = (room * count) / most;
    return markup`<g class="series ${seriesClass(index)}"><rect class="column" x="${round(left + 1)}" y="${round(ground - height)}" width="${round(Math.max(right - left - 2, 0.5))}" height="${round(height)}" opacity="0.55"/></g><text x="${round((left + right) / 2)}" y="${round(ground - height - 3)}" text-anchor="middle">${count}</text>`;
  });
  const marks = bins.map(({ meanScore, positiveShare, low, high }) => {
    const at = round(x(meanScore));
    return markup`<line class="whisker" x1="${at}" x2="${at}" y1="${round(y(low))}" y2="${round(y(high))}"/><circle cx="${at}" cy="${round(y(positiveShare))}" r="3.5"/>`;
  });
  const description = `Reliability of ${name}, expected calibration error ${formatInterval(error)}: ${bins
    .map(
      ({ meanScore, positiveShare, count }) =>
        `${formatMeasure(meanScore)} promised, ${formatMeasure(positiveShare)} found in ${count}`,
    )
    .join('; ')}.`;
  return drawing(
    SIZE,
    description,
    markup`${frame}<line class="chance" x1="${round(x(0))}" y1="${round(y(0))}" x2="${round(x(1))}" y2="${round(y(1))}"/>
<g class="series ${seriesClass(index)}"><path d="${path([...bins]) ?? ''}"/>${marks}</g>
<g class="axis"><line x1="${MARGIN.left}" x2="${SIZE.width - MARGIN.right}" y1="${ground}" y2="${ground}"/></g>${bars}`,
  );
}
