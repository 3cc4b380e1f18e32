/** A confusion matrix: how often each class was taken for each. Leans on the plot's drawing. */
import { inWords } from '@lesion/core';
import { seriesClass } from './chart-style.js';
import { markup } from './markup.js';
import { type Drawing, drawing } from './plot.js';
import type { ReportConfusion } from './report-data.js';

const CELL = { width: 112, height: 62 } as const;
const MARGIN = { top: 46, left: 168, bottom: 8, right: 8 } as const;

/** Draws the matrix: a row a true class, a column a predicted one; the shade is the share of the row. */
export function confusionChart({ title, classes, counts }: ReportConfusion): Drawing {
  const size = {
    width: MARGIN.left + classes.length * CELL.width + MARGIN.right,
    height: MARGIN.top + classes.length * CELL.height + MARGIN.bottom,
  };
  const names = classes.map(inWords);
  const rows = counts.map((row, r) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const top = MARGIN.top + r * CELL.height;
    const cells = row.map((count, c) => {
      const share = total === 0 ? 0 : count / total;
      const left = MARGIN.left + c * CELL.width;
      const middle = left + CELL.width / 2;
      return markup`<rect class="cell" x="${left + 1}" y="${top + 1}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="3" fill-opacity="${Math.round((0.04 + 0.5 * share) * 100) / 100}"/><text class="ink${r === c ? ' strong' : ''}" x="${middle}" y="${top + 30}" text-anchor="middle">${count}</text><text x="${middle}" y="${top + 47}" text-anchor="middle">${total === 0 ? '' : `${Math.round(100 * share)} %`}</text>`;
    });
    return markup`<text class="ink" x="${MARGIN.left - 10}" y="${top + 28}" text-anchor="end">${names[r]}</text><text x="${MARGIN.left - 10}" y="${top + 45}" text-anchor="end">${total} in truth</text>${cells}`;
  });
  const description = `${title}: ${counts
    .map((row, r) => `of ${names[r]}, ${row.map((count, c) => `${count} as ${names[c]}`).join(', ')}`)
    .join('; ')}.`;
  return drawing(
    size,
    description,
    markup`<text x="${MARGIN.left}" y="14">predicted</text>${names.map(
      (name, c) =>
        markup`<text class="ink" x="${MARGIN.left + (c + 0.5) * CELL.width}" y="36" text-anchor="middle">${name}</text>`,
    )}
<g class="series ${seriesClass(0)}">${rows}</g>`,
  );
}
