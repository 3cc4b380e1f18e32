/** The lines of CSV files as cells with their line numbers, header line or none. Leans on csv-parse. */
import { invalidFile } from '@lesion/core';
import { type CsvError, type Info, parse } from 'csv-parse/sync';
import { readBytes } from './read-bytes.js';

/** A line of a CSV. */
export interface TableLine {
  /** Number of the line in the file, from 1. */
  line: number;
  cells: string[];
}

/** Reads a CSV's lines, blank ones left out. @throws LesionError `NOT_FOUND` or `INVALID_FILE` naming the file and line. */
export async function readLines(path: string): Promise<TableLine[]> {
  const text = new TextDecoder().decode(await readBytes(path));
  let records: { record: string[]; info: Info }[];
  try {
    records = parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      // Each reader says in its own words which columns it misses.
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    }) as unknown as { record: string[]; info: Info }[];
  } catch (error) {
    throw invalidFile({
      what: 'not a CSV',
      where: `${path}:${(error as CsvError & { lines?: number }).lines ?? 1}`,
      got: (error as Error).message,
      expected: 'values separated by commas',
      mend: 'Mend the quotes of that line.',
      cause: error,
    });
  }
  return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
}

/** Names under which the column of image ids goes. */
export const ID_COLUMNS: readonly string[] = ['image_id', 'image', 'isic_id', 'id'];

/** Index of the column of image ids in a header line, or -1. */
export function findIdColumn(header: readonly string[]): number {
  const names = header.map((name) => name.toLowerCase());
  for (const name of ID_COLUMNS) {
    const index = names.indexOf(name);
    if (index >= 0) return index;
  }
  return -1;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a cell spells in decimal notation, or NaN. */
export function parseDecimal(cell: string): number {
  return DECIMAL.test(cell) ? Number(cell) : Number.NaN;
}
