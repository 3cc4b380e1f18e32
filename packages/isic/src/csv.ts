/** The challenge's CSV tables as named columns, with line numbers kept for messages; leans on the line reader. */
import { invalidFile, type LesionError } from '@lesion/core';
import { findIdColumn, parseDecimal, readLines } from './csv-lines.js';

/** One row of a {@link CsvTable}. */
export interface CsvRow {
  /** The line of the file, from 1. */
  readonly line: number;
  /** The row's cells by column name. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A CSV file as named columns. */
export interface CsvTable {
  readonly path: string;
  /** Column names in the order of the file. */
  readonly columns: readonly string[];
  /** The rows in the order of the file. */
  readonly rows: readonly CsvRow[];
}

/** Options of {@link readCsv}. */
export interface ReadCsvOptions {
  /** Columns that must be there; a file without a header line has exactly these, in this order. */
  columns: readonly string[];
  /** Whether the header line may be absent; it is if the second cell of the first line is a number. */
  headerOptional: boolean;
}

/** An `INVALID_FILE` error about one line of a table, written `file:line` as compilers do. */
export function tableError(
  path: string,
  line: number,
  details: { what: string; got?: string; expected?: string; mend?: string },
): LesionError {
  return invalidFile({ where: `${path}:${line}`, ...details });
}

function columnNames(header: readonly string[], required: readonly string[]): string[] {
  const idColumn = findIdColumn(header);
  return header.map((name, index) => {
    if (index === idColumn) return 'image_id';
    const plain = name.toLowerCase();
    return required.includes(plain) ? plain : name;
  });
}

/**
 * Reads a CSV file whose first required column is `image_id`: UTF-8 with or without a byte-order mark, lines
 * ended by LF or CRLF, empty lines skipped, cells trimmed.
 *
 * @throws LesionError `NOT_FOUND` if there is no such file; `INVALID_FILE` naming file and line if the file is
 *   empty or not a CSV, if a column is missing or named twice, or if a row is shorter or longer than the header.
 */
export async function readCsv(path: string, options: ReadCsvOptions): Promise<CsvTable> {
  const { columns: required, headerOptional } = options;
  const lines = await readLines(path);
  const first = lines[0];
  if (first === undefined) {
    throw invalidFile({
      what: 'the table is empty',
      where: path,
      expected: `columns ${required.join(', ')}`,
    });
  }
  const headless = headerOptional && Number.isFinite(parseDecimal(first.cells[1] ?? ''));
  const columns = headless ? [...required] : columnNames(first.cells, required);
  const missing = required.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw tableError(path, first.line, {
      what: missing.length === 1 ? 'a column is missing' : 'columns are missing',
      got: first.cells.join(', '),
      expected: missing.join(', '),
      mend: 'Add to the table what is missing, or take the file as the challenge publishes it.',
    });
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) {
    throw tableError(path, first.line, {
      what: 'a column is named twice',
      got: twice,
      mend: 'Rename one of the two.',
    });
  }
  const rows = (headless ? lines : lines.slice(1)).map(({ line, cells }): CsvRow => {
    if (cells.length !== columns.length) {
      throw tableError(path, line, {
        what: 'the row has another number of cells than the table has columns',
        got: `${cells.length}`,
        expected: `${columns.length} (${columns.join(', ')})`,
        mend: 'Mend or remove this line.',
      });
    }
    return { line, cells: Object.fromEntries(columns.map((name, index) => [name, cells[index]!])) };
  });
  return { path, columns, rows };
}

/**
 * A table's rows by `image_id`.
 *
 * @throws LesionError `INVALID_FILE` naming file and line if an id is empty or occurs twice.
 */
export function rowsById(table: CsvTable): Map<string, CsvRow> {
  const rows = new Map<string, CsvRow>();
  for (const row of table.rows) {
    const id = row.cells['image_id']!;
    const earlier = rows.get(id);
    if (id === '') {
      throw tableError(table.path, row.line, {
        what: 'the image id is empty',
        mend: 'Fill it in or remove the line.',
      });
    }
    if (earlier !== undefined) {
      throw tableError(table.path, row.line, {
        what: 'the image id occurs twice',
        got: `${id} again`,
        expected: `one row an image (the first is on line ${earlier.line})`,
        mend: 'Remove one of the two lines.',
      });
    }
    rows.set(id, row);
  }
  return rows;
}
