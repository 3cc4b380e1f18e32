/** Figures of several panels as one SVG file that stands alone; leans on the line chart and the pictures. */
import { assertNumber, invalidArgument, type RgbImage, resolveOptions } from '@lesion/core';
import { DASHES, FIGURE_STYLE, SERIES } from './chart-style.js';
import { type Chart, lineChart } from './line-chart.js';
import { type Markup, markup, trusted } from './markup.js';
import { picture } from './picture.js';

/** One panel: an image or a line chart, with what stands below it. */
export type FigurePanel =
  | { image: RgbImage; caption: string; chart?: undefined }
  | { chart: Chart; caption: string; image?: undefined };

/** Options of {@link figureSvg}. */
export interface FigureOptions {
  /** Panels from left to right, row by row. */
  panels: readonly FigurePanel[];
  /** Stands above the panels. */
  title: string;
  /** Stands below them, in small type; one entry a line. @default none */
  notes?: readonly string[] | undefined;
  /** Panels in a row. @default as many as there are, at most 4 */
  columns?: number | undefined;
  /** Width of a panel in pixels. @default 300, and 480 for charts */
  panelWidth?: number | undefined;
}

const GAP = 16;
const TITLE = 30;
const CAPTION = 24;
const LEGEND = 20;
const NOTE = 18;
interface Drawn {
  body: Markup;
  height: number;
}

function drawChart(chart: Chart, width: number): Drawn {
  const height = Math.round((width * 270) / 600);
  // The chart's own element gets its place and size; its viewBox scales what is within.
  const placed = String(lineChart(chart)).replace('<svg ', `<svg width="${width}" height="${height}" `);
  const legend = chart.series.map(({ name }, i) => {
    const x = 44 + (i * (width - 44)) / chart.series.length;
    const [colour, dash] = [SERIES[i % SERIES.length]!, DASHES[i % DASHES.length]!];
    return markup`<line x1="${x}" x2="${x + 26}" y1="${height + 8}" y2="${height + 8}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><text x="${x + 32}" y="${height + 12}">${name}</text>`;
  });
  return { body: markup`${trusted(placed)}${legend}`, height: height + LEGEND };
}

function drawImage(image: RgbImage, width: number, caption: string): Drawn {
  // Twice as many pixels as shown, for sharp lines on dense screens.
  const { source, ...size } = picture(image, { description: caption, shortSide: 2 * width });
  const height = Math.round((width * size.height) / size.width);
  return {
    body: markup`<image width="${width}" height="${height}" href="${source}" preserveAspectRatio="none"/>`,
    height,
  };
}

/**
 * Draws a figure: panels in rows with captions, a title above and notes below, as one SVG file with everything
 * in it (images as JPEG).
 *
 * @returns The text of an SVG file.
 * @throws LesionError `INVALID_ARGUMENT` if there is no panel or an option is out of range.
 * @example
 * ```ts
 * const svg = figureSvg({ title: 'Lesion and distance map', panels: [{ image, caption: 'outline' }] });
 * ```
 */
export function figureSvg(options: FigureOptions): string {
  const { panels, title, notes, columns, panelWidth } = resolveOptions(
    options,
    { panels: undefined, title: undefined, notes: [], columns: undefined, panelWidth: undefined },
    'figureSvg',
  );
  if (!Array.isArray(panels) || panels.length === 0) {
    throw invalidArgument({ what: 'a figure needs a panel', where: 'panels', got: 'none' });
  }
  const list = panels as readonly FigurePanel[];
  const perRow = columns ?? Math.min(list.length, 4);
  const width = panelWidth ?? (list.some(({ chart }) => chart !== undefined) ? 480 : 300);
  assertNumber(perRow, 'columns', { integer: true, min: 1 });
  assertNumber(width, 'panelWidth', { integer: true, min: 50 });

  const body: Markup[] = [];
  let top = GAP + TITLE;
  for (let first = 0; first < list.length; first += perRow) {
    const row = list.slice(first, first + perRow).map((panel) => ({
      caption: panel.caption,
      ...(panel.chart === undefined
        ? drawImage(panel.image, width, panel.caption)
        : drawChart(panel.chart, width)),
    }));
    const height = Math.max(...row.map((drawn) => drawn.height));
    for (const [i, drawn] of row.entries()) {
      const left = GAP + i * (width + GAP);
      const below = drawn.height + 16;
      body.push(
        markup`<g transform="translate(${left} ${top})">${drawn.body}<text x="${width / 2}" y="${below}" text-anchor="middle">${drawn.caption}</text></g>`,
      );
    }
    top += height + CAPTION + GAP;
  }
  const total = { width: perRow * width + (perRow + 1) * GAP, height: top + notes.length * NOTE + GAP };
  const notesText = notes.map(
    (note, i) => markup`<text class="note" x="${GAP}" y="${top + i * NOTE}">${note}</text>`,
  );
  return `${markup`<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" role="img" aria-label="${title}">
<style>${trusted(FIGURE_STYLE)}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text class="title" x="${GAP}" y="${GAP + 12}">${title}</text>
${body}
${notesText}
</svg>`}\n`;
}
