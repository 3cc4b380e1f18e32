/** Tables as aligned text that heeds the width of a screen. Pure; no lines are drawn, so that it copies well. */
import { inWords } from '@lesion/core';
import { fitText, plainScreen, type Screen, textWidth } from './screen.js';

export interface TableOptions {
  /** Where it is shown; elsewhere than on a terminal it is as wide as it is. @default a file */
  screen?: Screen | undefined;
  /** Columns whose text begins at the left; the others are figures. @default [0] */
  left?: readonly number[] | undefined;
  /** Columns that a narrow screen goes without, the least wanted first; named below the table. @default [] */
  spare?: readonly number[] | undefined;
  /** Columns whose cells may take several lines, the first to do so first. @default [0] */
  wrap?: readonly number[] | undefined;
  /** Whether the first row has the titles. @default true */
  header?: boolean | undefined;
}

const GAP = 2;
/** Text in several lines of this width still reads well; narrower, and figures had better give way. */
const COMFORTABLE = 24;
/** Narrower than this it does not read. */
const LEAST_WRAPPED = 10;

/** A class or a feature as the title of a narrow column: its second word on a line of its own. */
export const heading = (name: string): string => inWords(name).replace(' ', '\n');

/** Cuts text into lines that fit, between words where there are any. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && textWidth(line) + 1 + textWidth(rest) > width) {
      lines.push(line);
      line = '';
    }
    while (textWidth(rest) > width) {
      // At least one character a line, or it would never end.
      const head = fitText(rest, width, '') || [...rest][0]!;
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  lines.push(line);
  return lines;
}

/**
 * Rows as aligned text, two spaces between columns. A screen too narrow for all of it first gets text in several
 * lines, then goes without the spare columns.
 */
export function formatTable(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const { screen = plainScreen, left = [0], spare = [], wrap = [0], header = true } = options;
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      for (const line of cell.split('\n')) widths[column] = Math.max(widths[column] ?? 0, textWidth(line));
    });
  }
  const room = screen.columns ?? Number.POSITIVE_INFINITY;
  const shown = new Set(widths.keys());
  const excess = (): number => [...shown].reduce((sum, column) => sum + widths[column]! + GAP, -GAP) - room;
  const narrow = (least: number): void => {
    for (const column of wrap) {
      const width = widths[column] ?? 0;
      if (excess() > 0) widths[column] = Math.max(Math.min(least, width), width - excess());
    }
  };
  narrow(COMFORTABLE);
  const omitted: number[] = [];
  for (const column of spare) {
    if (excess() <= 0) break;
    shown.delete(column);
    omitted.push(column);
  }
  narrow(LEAST_WRAPPED);

  const lines = rows.flatMap((row, index) => {
    const cells = [...shown].map((column) => {
      const text = row[column] ?? '';
      return wrap.includes(column) && textWidth(text) > widths[column]!
        ? wrapText(text, widths[column]!)
        : text.split('\n');
    });
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) => {
      const line = [...shown]
        .map((column, place) => {
          // Titles stand upon the figures that they name.
          const isTitle = header && index === 0;
          const text = cells[place]![isTitle ? at - height + cells[place]!.length : at] ?? '';
          const padding = ' '.repeat(Math.max(0, widths[column]! - textWidth(text)));
          return left.includes(column) ? text + padding : padding + text;
        })
        .join(' '.repeat(GAP))
        .trimEnd();
      return header && index === 0 ? screen.style('bold', line) : line;
    });
  });
  if (omitted.length > 0 && header) {
    const names = omitted.map((column) => rows[0]![column]!.replace('\n', ' ')).join(', ');
    for (const line of wrapText(`(too narrow for: ${names})`, room)) lines.push(screen.style('dim', line));
  }
  return lines.join('\n');
}

const isMarkdownRow = (line: string): boolean => line.startsWith('|') && line.trimEnd().endsWith('|');

/** Text in which Markdown's tables are set as {@link formatTable} sets them; elsewhere than on a terminal as it is. */
export function alignMarkdownTables(text: string, screen: Screen): string {
  if (screen.columns === undefined) return text;
  const lines: string[] = [];
  let rows: string[][] = [];
  const flush = (): void => {
    if (rows.length > 0) lines.push(formatTable(rows, { screen }));
    rows = [];
  };
  for (const line of text.split('\n')) {
    if (!isMarkdownRow(line)) {
      flush();
      lines.push(/^#+ /.test(line) ? screen.style('bold', line.replace(/^#+ /, '')) : line);
    } else if (!/^\|[ :|-]+\|$/.test(line)) {
      const cells = line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/);
      rows.push(cells.map((cell) => cell.trim().replaceAll('\\|', '|')));
    }
  }
  flush();
  return lines.join('\n');
}
