/** Measures by group as marks with intervals, a column a measure. Leans on d3-scale and the plot's drawing. */
import { inWords } from '@lesion/core';
import { scaleLinear } from 'd3-scale';
import { seriesClass } from './chart-style.js';
import { formatInterval, formatMeasure } from './format.js';
import { type Markup, markup } from './markup.js';
import { type Drawing, drawing, round } from './plot.js';
import type { ReportMeasure, ReportSubgroups } from './report-data.js';

/** Groups of fewer images are marked unless the report says otherwise. */
export const SMALL_GROUP = 20;

const ROW = 22;
const HEAD = 44;
const NAMES = 250;
const COLUMN = 190;
const VALUE = 52;

/** The measures that any group has, in the order in which they first appear. */
export function subgroupMeasures({ groups }: ReportSubgroups): string[] {
  return [...new Set(groups.flatMap(({ measures }) => Object.keys(measures)))];
}

/** A measure with its interval as a mark and a line on an axis from 0 to 1, `width` units long. */
export function intervalMark(measure: ReportMeasure | undefined, width: number, isSmall: boolean): Markup {
  const x = scaleLinear()
    .domain([0, 1])
    .range([4, width - 4])
    .clamp(true);
  const ground = markup`<g class="grid"><line x1="4" x2="${width - 4}" y1="8" y2="8"/></g>`;
  const { value, low, high } =
    typeof measure === 'object' && measure !== null
      ? measure
      : { value: measure ?? null, low: null, high: null };
  if (value === null || !Number.isFinite(value)) return ground;
  const line =
    low === null || high === null
      ? undefined
      : markup`<line x1="${round(x(low))}" x2="${round(x(high))}" y1="8" y2="8"/>`;
  return markup`${ground}<g class="series ${seriesClass(0)}${isSmall ? ' small' : ''}">${line}<circle cx="${round(x(value))}" cy="8" r="3.5"/></g>`;
}

/** Draws all groups: names and counts to the left, then a column a measure. */
export function subgroupChart(subgroups: ReportSubgroups): Drawing {
  const { title, groups, smallest = SMALL_GROUP } = subgroups;
  const names = subgroupMeasures(subgroups);
  const size = { width: NAMES + names.length * COLUMN, height: HEAD + groups.length * ROW + 8 };
  const rows = groups.map(({ attribute, name, count, measures }, r) => {
    const top = HEAD + r * ROW;
    const isFirst = groups[r - 1]?.attribute !== attribute;
    return markup`<g transform="translate(0 ${top})">${
      isFirst && markup`<text x="0" y="12">${attribute === 'all' ? '' : inWords(attribute)}</text>`
    }<text class="ink" x="92" y="12">${inWords(name)}</text><text x="${NAMES - 16}" y="12" text-anchor="end">${count}</text>${names.map(
      (measure, c) =>
        markup`<g transform="translate(${NAMES + c * COLUMN} 0)">${intervalMark(measures[measure], COLUMN - VALUE - 12, count < smallest)}<text class="ink" x="${COLUMN - VALUE - 4}" y="12">${estimate(measures[measure])}</text></g>`,
    )}</g>`;
  });
  const description = `${title}: ${groups
    .map(
      ({ name, count, measures }) =>
        `${name}, ${count} images, ${names.map((measure) => `${measure} ${formatInterval(measures[measure])}`).join(', ')}`,
    )
    .join('; ')}.`;
  return drawing(
    size,
    description,
    markup`<text x="${NAMES - 16}" y="14" text-anchor="end">images</text>${names.map(
      (name, c) =>
        markup`<text class="ink" x="${NAMES + c * COLUMN + 4}" y="14">${name}</text><text x="${NAMES + c * COLUMN + 4}" y="32">0</text><text x="${NAMES + (c + 1) * COLUMN - VALUE - 16}" y="32" text-anchor="end">1</text>`,
    )}${rows}`,
  );
}

function estimate(measure: ReportMeasure | undefined): string {
  return formatMeasure(typeof measure === 'object' && measure !== null ? measure.value : measure);
}
