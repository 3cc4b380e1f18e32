/**
 * Finding columns that tell the class although they describe how the files were made: a network could learn
 * those traces in place of the lesion. Leans on `association`; pure.
 */
import { LESION_CLASSES, type LesionClass } from '@lesion/core';
import { type Association, testIndependence } from './association.js';

/** A value of a column among whose images a class is more frequent than among all. */
export interface TellingValue {
  value: string;
  /** Images with this value. */
  count: number;
  /** The class that this value raises most. */
  diagnosis: LesionClass;
  /** Share of that class among the images with this value, and among all. */
  share: number;
  overall: number;
}

/** A column that tells the class. */
export interface PredictiveColumn {
  column: string;
  /** Images that have a value and a diagnosis. */
  count: number;
  association: Association;
  /** The value that tells most. */
  telling: TellingValue;
  /** Another value, the most frequent one among whose images is every class: a subset to report on. */
  subset?: string | undefined;
  /** Whether every value is a number. */
  numeric: boolean;
}

/** A column that writes down the diagnosis itself, perhaps in other words. */
export interface DiagnosisColumn {
  column: string;
  /** Ids whose value names another class than the ground truth does. */
  conflicts: string[];
}

/** What {@link findPredictiveColumns} found. */
export interface ColumnFindings {
  predictive: PredictiveColumn[];
  diagnoses: DiagnosisColumn[];
}

/** Values seen in fewer images than this are counted as one, so that the test's approximation holds. */
const RARE = 20;
/** An association is reported from this strength and below this probability: clear, and not by chance. */
const MINIMUM_STRENGTH = 0.2;
const MAXIMUM_P = 0.001;

const SPELLINGS: Readonly<Record<LesionClass, readonly string[]>> = {
  melanoma: ['melanoma', 'mel', 'mm', 'malignant_melanoma'],
  seborrheic_keratosis: [
    'seborrheic_keratosis',
    'seborrhoeic_keratosis',
    'sk',
    'sek',
    'sbk',
    'keratosis',
    'bkl',
  ],
  nevus: [
    'nevus',
    'naevus',
    'nevi',
    'naevi',
    'nv',
    'nev',
    'benign_nevus',
    'benign_nevi',
    'melanocytic_nevus',
  ],
};

function namedClass(value: string): LesionClass | undefined {
  const plain = value
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return LESION_CLASSES.find((name) => SPELLINGS[name].includes(plain));
}

interface Row {
  id: string;
  diagnosis?: LesionClass | undefined;
  columns: Readonly<Record<string, string>>;
}

function examine(
  column: string,
  rows: readonly (Row & { diagnosis: LesionClass })[],
): PredictiveColumn | undefined {
  const counts = new Map<string, number[]>();
  const totals = LESION_CLASSES.map(() => 0);
  for (const { columns, diagnosis } of rows) {
    const value = columns[column]!;
    const index = LESION_CLASSES.indexOf(diagnosis);
    let row = counts.get(value);
    if (row === undefined) {
      row = LESION_CLASSES.map(() => 0);
      counts.set(value, row);
    }
    row[index]!++;
    totals[index]!++;
  }
  const total = rows.length;
  const rare = LESION_CLASSES.map(() => 0);
  const frequent: { value: string; row: number[]; count: number }[] = [];
  for (const [value, row] of counts) {
    const count = row.reduce((sum, n) => sum + n, 0);
    if (count >= RARE) frequent.push({ value, row, count });
    else for (const [index, n] of row.entries()) rare[index]! += n;
  }
  const association = testIndependence([...frequent.map(({ row }) => row), rare]);
  if (association.cramersV < MINIMUM_STRENGTH || association.pValue > MAXIMUM_P) return undefined;

  let telling: TellingValue | undefined;
  let strongest = 0;
  for (const { value, row, count } of frequent) {
    LESION_CLASSES.forEach((diagnosis, index) => {
      const overall = totals[index]! / total;
      if (overall === 0) return;
      // How far above chance, in standard deviations: weighs a high share against few images.
      const excess = (row[index]! - count * overall) / Math.sqrt(count * overall);
      if (excess <= strongest) return;
      strongest = excess;
      telling = { value, count, diagnosis, share: row[index]! / count, overall };
    });
  }
  if (telling === undefined) return undefined;
  const { value: tellingValue } = telling;
  const whole = frequent.filter(
    ({ value, row }) => value !== tellingValue && row.every((n, index) => n > 0 || totals[index] === 0),
  );
  const subset = whole.sort((a, b) => b.count - a.count)[0]?.value;
  const numeric = [...counts.keys()].every((value) => Number.isFinite(Number(value)));
  return { column, count: total, association, telling, subset, numeric };
}

/**
 * Looks at each column in turn: does its value tell the diagnosis? Columns whose every value spells a diagnosis
 * (`MEL`, `nevus`) are not traps but the label itself; those are compared with the ground truth instead. Columns with
 * a value for nearly every image of its own (ids, file names) are left out, for nothing is learned from them.
 *
 * @returns The telling columns, the strongest first.
 */
export function findPredictiveColumns(rows: readonly Row[], columns: readonly string[]): ColumnFindings {
  const findings: ColumnFindings = { predictive: [], diagnoses: [] };
  for (const column of columns) {
    const filled = rows.filter(
      (row): row is Row & { diagnosis: LesionClass } =>
        row.diagnosis !== undefined && row.columns[column] !== undefined && row.columns[column] !== '',
    );
    const values = new Set(filled.map((row) => row.columns[column]!));
    if (values.size < 2) continue;
    if ([...values].every((value) => namedClass(value) !== undefined)) {
      const conflicts = filled.filter((row) => namedClass(row.columns[column]!) !== row.diagnosis);
      findings.diagnoses.push({ column, conflicts: conflicts.map(({ id }) => id) });
      continue;
    }
    const predictive = examine(column, filled);
    if (predictive !== undefined) findings.predictive.push(predictive);
  }
  findings.predictive.sort((a, b) => b.association.cramersV - a.association.cramersV);
  return findings;
}
