/** The CSVs of task 3: image id, melanoma, seborrheic keratosis, with or without a header line. */
import { invalidFile, LesionError } from '@lesion/core';
import { findIdColumn, parseDecimal, readLines, type TableLine } from '../csv-lines.js';

/** The two diagnoses that task 3 tells from the rest, in the order of its columns. */
export const SCORED_DIAGNOSES = ['melanoma', 'seborrheic_keratosis'] as const;
export type ScoredDiagnosis = (typeof SCORED_DIAGNOSES)[number];

/** The two values of an image. */
export type DiagnosisValues = Record<ScoredDiagnosis, number>;

/** A line that was read. */
export interface ClassificationRow {
  values: DiagnosisValues;
  /** Number of its line in the file. */
  line: number;
}

/** A line that cannot be used, and why. */
export interface BadLine {
  id: string;
  error: LesionError;
}

/** A CSV of task 3 that was read. */
export interface ClassificationTable {
  rows: Map<string, ClassificationRow>;
  /** Lines that could not be used; their images are not among the rows. */
  problems: BadLine[];
}

const EXPECTED_COLUMNS = ['image_id', ...SCORED_DIAGNOSES].join(', ');

interface Columns {
  id: number;
  values: Record<ScoredDiagnosis, number>;
}

/** A header line names its columns; a line of data has a number, or what should be one, after its id. */
function isHeader(cells: readonly string[]): boolean {
  if (findIdColumn(cells) >= 0) return true;
  const rest = cells.slice(1);
  return rest.length > 0 && rest.every((cell) => /^[a-z_ ]{4,}$/i.test(cell));
}

function findColumns(first: TableLine, path: string): { columns: Columns; header: boolean } {
  if (!isHeader(first.cells)) {
    return { columns: { id: 0, values: { melanoma: 1, seborrheic_keratosis: 2 } }, header: false };
  }
  const id = findIdColumn(first.cells);
  const names = first.cells.map((name) => name.toLowerCase());
  const values = {
    melanoma: names.indexOf('melanoma'),
    seborrheic_keratosis: names.indexOf('seborrheic_keratosis'),
  };
  const missing = [...(id < 0 ? ['image_id'] : []), ...SCORED_DIAGNOSES.filter((name) => values[name] < 0)];
  if (missing.length > 0) {
    throw invalidFile({
      what: `the column${missing.length > 1 ? 's' : ''} ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`,
      where: `${path}:${first.line}`,
      got: first.cells.join(', '),
      expected: EXPECTED_COLUMNS,
      mend: 'Add what is missing, or leave the header line out and keep that order.',
    });
  }
  return { columns: { id, values }, header: true };
}

interface Rule {
  test(value: number): boolean;
  expected: string;
  mend: string;
}

const RULES: Record<'truth' | 'prediction', Rule> = {
  truth: {
    test: (value) => value === 0 || value === 1,
    expected: '0 or 1',
    mend: 'Write 1 for the diagnosis that the image has, 0 for the other.',
  },
  prediction: {
    test: (value) => value >= 0 && value <= 1,
    expected: 'a number from 0 to 1',
    mend: 'Write the probability of the diagnosis as a decimal number.',
  },
};

function readRow(line: TableLine, columns: Columns, path: string, rule: Rule): ClassificationRow {
  const where = `${path}:${line.line}`;
  const needed = Math.max(columns.id, ...Object.values(columns.values)) + 1;
  if (line.cells.length < needed) {
    throw invalidFile({
      what: 'the line has too few columns',
      where,
      got: line.cells.length,
      expected: `at least ${needed}: ${EXPECTED_COLUMNS}`,
      mend: 'Add the missing values.',
    });
  }
  const values = { melanoma: 0, seborrheic_keratosis: 0 };
  for (const name of SCORED_DIAGNOSES) {
    const cell = line.cells[columns.values[name]]!;
    const value = parseDecimal(cell);
    if (!rule.test(value)) {
      throw invalidFile({
        what: `${name} of ${line.cells[columns.id]} is not usable`,
        where,
        got: JSON.stringify(cell),
        expected: rule.expected,
        mend: rule.mend,
      });
    }
    values[name] = value;
  }
  return { values, line: line.line };
}

/**
 * Reads a CSV of task 3. Lines that cannot be used become problems.
 *
 * @throws LesionError `NOT_FOUND` or `INVALID_FILE` if the file as a whole cannot be used: it is absent, empty, not
 *   a CSV, or has not the columns.
 */
export async function readClassificationTable(
  path: string,
  kind: 'truth' | 'prediction',
): Promise<ClassificationTable> {
  const lines = await readLines(path);
  const first = lines[0];
  const nothing = {
    what: 'the file holds no lines of data',
    where: path,
    expected: EXPECTED_COLUMNS,
    mend: 'Write one line for each image.',
  };
  if (first === undefined) throw invalidFile(nothing);
  const { columns, header } = findColumns(first, path);
  const data = header ? lines.slice(1) : lines;
  if (data.length === 0) throw invalidFile(nothing);
  const columnCount = Math.max(...data.map(({ cells }) => cells.length));
  if (!header && columnCount !== 3) {
    throw invalidFile({
      what: 'a file without a header line has three columns',
      where: `${path}:${first.line}`,
      got: columnCount,
      expected: EXPECTED_COLUMNS,
      mend: 'Add a header line that names the columns, or write these three alone.',
    });
  }

  const rows = new Map<string, ClassificationRow>();
  const problems: BadLine[] = [];
  const seen = new Map<string, number>();
  for (const line of data) {
    const id = line.cells[columns.id] ?? '';
    const before = seen.get(id);
    if (before !== undefined) {
      // Which of the two is meant cannot be known, so neither counts.
      rows.delete(id);
      const error = invalidFile({
        what: `${id} stands there twice`,
        where: `${path}:${line.line}`,
        got: `a first line ${before}`,
        expected: 'one line for each image',
        mend: 'Remove one of the two lines.',
      });
      problems.push({ id, error });
      continue;
    }
    seen.set(id, line.line);
    try {
      rows.set(id, readRow(line, columns, path, RULES[kind]));
    } catch (error) {
      if (!LesionError.isInstance(error)) throw error;
      problems.push({ id, error });
    }
  }
  return { rows, problems };
}
