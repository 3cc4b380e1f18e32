/** What the charts with two axes of numbers share: places, grid, ticks and names. Leans on d3-scale and the markup. */
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { formatNumber } from './format.js';
import { type Markup, markup } from './markup.js';

/** A finished drawing in units of its own viewBox. */
export interface Drawing {
  width: number;
  height: number;
  /** An `svg` element of class `chart` with a viewBox and without a size. */
  element: Markup;
}

/** A coordinate with one decimal. */
export const round = (value: number): string => String(Math.round(value * 10) / 10);

export const MARGIN = { top: 12, right: 16, bottom: 42, left: 54 } as const;

/** What a plot needs to know of its two axes. */
export interface PlotOptions {
  width: number;
  height: number;
  horizontal: { name: string; domain: readonly [number, number]; ticks: readonly number[] };
  vertical: { name: string; domain: readonly [number, number]; ticks: readonly number[] };
}

/** The scales of a plot, and its grid and axes. */
export interface Plot {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  frame: Markup;
}

/** Lays out two linear axes, the horizontal one rising to the right, the vertical one rising upwards. */
export function plot({ width, height, horizontal, vertical }: PlotOptions): Plot {
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const x = scaleLinear().domain(horizontal.domain).range([MARGIN.left, right]);
  const y = scaleLinear().domain(vertical.domain).range([bottom, MARGIN.top]);
  const frame = markup`<g class="grid">${vertical.ticks.map(
    (tick) =>
      markup`<line x1="${MARGIN.left}" x2="${right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text x="${MARGIN.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${formatNumber(tick)}</text>`,
  )}</g>
<g class="axis"><line x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>${horizontal.ticks.map(
    (tick) =>
      markup`<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${bottom}" y2="${bottom + 5}"/><text x="${round(x(tick))}" y="${bottom + 19}" text-anchor="middle">${formatNumber(tick)}</text>`,
  )}
<text x="${(MARGIN.left + right) / 2}" y="${height - 5}" text-anchor="middle">${horizontal.name}</text>
<text transform="translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${vertical.name}</text></g>`;
  return { x, y, frame };
}

/** A drawing's element around its parts. */
export function drawing(size: { width: number; height: number }, description: string, body: Markup): Drawing {
  return {
    ...size,
    element: markup`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${description}">
${body}
</svg>`,
  };
}

/** Ticks of an axis from 0 to 1. */
export const UNIT_TICKS: readonly number[] = [0, 0.2, 0.4, 0.6, 0.8, 1];
