/** Rows as a table for people. */
import type { BenchRow } from './rows.js';

const HEADINGS = ['', 'ours', 'peer', 'ratio', 'by round', 'near', 'agree', 'unit', 'peer'];
/** The first one that holds text, after the row's name. */
const FIRST_TEXT = HEADINGS.indexOf('unit');

/** Three significant digits, or whole numbers from 100 on. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function cells(row: BenchRow): string[] {
  const range = row.spread?.ratio;
  return [
    row.name,
    figure(row.ours),
    figure(row.peer),
    row.ratio === null ? '-' : `${row.ratio.toFixed(2)}x`,
    range ? `${range[0].toFixed(2)}-${range[1].toFixed(2)}` : '',
    row.nearness === undefined ? '' : row.nearness.toPrecision(2),
    row.agreement === undefined ? '' : row.agreement.value.toPrecision(3),
    row.unit,
    row.peerName,
  ];
}

/** The rows below each other, then why figures are missing. */
export function formatTable(rows: readonly BenchRow[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const isText = (column: number) => column === 0 || column >= FIRST_TEXT;
  const table = lines.map((line) =>
    line
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  // Several rows often lack a figure for the same reason.
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of rows) {
    if (reason !== undefined && !name.endsWith('/memory'))
      reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const explained = [...reasons].map(([reason, names]) => `${names.join(', ')}: ${reason}`);
  return [...table, ...(explained.length > 0 ? ['', ...explained] : [])].join('\n');
}
