/**
 * One walk over a data set's folders and tables, shared by opening (the first problem is thrown) and checking
 * (problems are collected); leans on `layout` and `csv`. No image is opened here.
 */
import { join } from 'node:path';
import {
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  invalidFile,
  type LesionClass,
  LesionError,
} from '@lesion/core';
import { type CsvRow, type CsvTable, type ReadCsvOptions, readCsv, rowsById, tableError } from './csv.js';
import { parseDecimal } from './csv-lines.js';
import {
  DATASET_SPLITS,
  type DatasetLayout,
  type DatasetSplit,
  fileRole,
  findLayout,
  listFiles,
} from './layout.js';
import type { IsicDataset, IsicRecord } from './types.js';

/** The tables of a split. */
export type SplitTable = 'diagnoses' | 'metadata' | 'sources';

/** An attribute mask whose presence and the table's word for it differ. */
export interface AttributeConflict {
  id: string;
  feature: DermoscopicFeature;
  /** Whether the table promises a mask; if not, there is a file all the same. */
  promised: boolean;
}

/** What the walk learned of a split beyond its records. */
export interface SplitScan {
  /** The ids that each readable table lists, in its order. */
  listed: Partial<Record<SplitTable, readonly string[]>>;
  /** The columns of the sources table, without the id. */
  sourceColumns: readonly string[];
  attributeConflicts: AttributeConflict[];
}

/** What the walk learned. */
export interface DatasetScan {
  dataset: IsicDataset;
  splits: Record<DatasetSplit, SplitScan>;
}

/** Takes a problem; if it throws, the walk ends. */
export type OnScanProblem = (error: LesionError, kind: 'bad-table' | 'ambiguous-image') => void;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<IsicRecord, 'attributePaths' | 'columns'>> & {
  attributePaths: Partial<Record<DermoscopicFeature, string>>;
  columns: Record<string, string>;
};

const TABLES: Readonly<Record<SplitTable, ReadCsvOptions>> = {
  diagnoses: { columns: ['image_id', 'melanoma', 'seborrheic_keratosis'], headerOptional: true },
  metadata: { columns: ['image_id', 'age_approximate', 'sex'], headerOptional: false },
  sources: { columns: ['image_id'], headerOptional: false },
};

class SplitWalk {
  readonly drafts = new Map<string, Draft>();
  readonly listed: Partial<Record<SplitTable, readonly string[]>> = {};
  readonly attributeConflicts: AttributeConflict[] = [];
  sourceColumns: readonly string[] = [];

  constructor(
    readonly split: DatasetSplit,
    readonly layout: DatasetLayout,
    readonly onProblem: OnScanProblem,
  ) {}

  draft(id: string): Draft {
    let draft = this.drafts.get(id);
    if (draft === undefined) {
      draft = { id, split: this.split, attributePaths: {}, attributesAnnotated: false, columns: {} };
      this.drafts.set(id, draft);
    }
    return draft;
  }

  /** Runs a step; an error of the family goes to `onProblem` and yields undefined. */
  async attempt<T>(step: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!LesionError.isInstance(error)) throw error;
      this.onProblem(error, 'bad-table');
      return undefined;
    }
  }

  async files(): Promise<void> {
    const parts = this.layout.splits[this.split];
    for (const part of ['images', 'masks', 'features', 'attributes'] as const) {
      const folder = parts[part];
      if (folder === undefined) continue;
      for (const name of await listFiles(folder)) {
        const file = fileRole(name);
        const path = join(folder, name);
        if (file === undefined) continue;
        if (part === 'images' && file.role === 'image') this.image(file.id, path);
        else if (part === 'images' && file.role === 'superpixels') this.draft(file.id).superpixelsPath = path;
        else if (part === 'masks' && file.role === 'mask') this.draft(file.id).maskPath = path;
        else if (part === 'features' && file.role === 'features') this.draft(file.id).featuresPath = path;
        else if (part === 'attributes' && file.role === 'attribute') this.attribute(file, path);
      }
    }
  }

  image(id: string, path: string): void {
    const draft = this.draft(id);
    if (draft.imagePath === undefined) {
      draft.imagePath = path;
      return;
    }
    const error = invalidFile({
      what: 'two images have the same id',
      where: path,
      got: id,
      expected: `one file, as ${draft.imagePath}`,
      mend: 'Remove one of the two.',
    });
    this.onProblem(error, 'ambiguous-image');
  }

  attribute(file: { id: string; feature: DermoscopicFeature | undefined }, path: string): void {
    const draft = this.draft(file.id);
    // Without attributes.csv any mask, of the fifth attribute too, shows that somebody annotated the image.
    draft.attributesAnnotated = this.layout.attributesTable === undefined;
    if (file.feature !== undefined) draft.attributePaths[file.feature] = path;
  }

  async table(name: SplitTable, read: (row: CsvRow, path: string, draft: Draft) => void): Promise<void> {
    const path = this.layout.splits[this.split][name];
    if (path === undefined) return;
    const table = await this.attempt(() => readCsv(path, TABLES[name]));
    const rows = table && (await this.attempt(() => rowsById(table)));
    if (rows === undefined) return;
    if (name === 'sources') this.sourceColumns = table!.columns.filter((column) => column !== 'image_id');
    const ids: string[] = [];
    for (const [id, row] of rows) {
      await this.attempt(() => {
        if (name !== 'diagnoses') this.assertKnown(id, path, row.line);
        ids.push(id);
        read(row, path, this.draft(id));
      });
    }
    this.listed[name] = ids;
  }

  /** Only the ground truth lists every image of the challenge, so without it no id can be called unknown. */
  assertKnown(id: string, path: string, line: number): void {
    if (this.listed.diagnoses === undefined || this.drafts.has(id)) return;
    throw tableError(path, line, {
      what: 'unknown image id',
      got: id,
      expected: `an id of ${this.layout.splits[this.split].diagnoses} or of an image`,
      mend: 'Correct the id or remove the line.',
    });
  }

  async tables(): Promise<void> {
    await this.table('diagnoses', (row, path, draft) => {
      draft.diagnosis = readDiagnosis(row, path);
    });
    await this.table('metadata', (row, path, draft) => {
      const { image_id: _, ...columns } = row.cells;
      Object.assign(draft.columns, columns);
      const sex = row.cells['sex']!.toLowerCase();
      if (sex === 'female' || sex === 'male') draft.sex = sex;
      draft.age = readAge(row, path);
    });
    await this.table('sources', (row, _path, draft) => {
      const { image_id: _, ...columns } = row.cells;
      Object.assign(draft.columns, columns);
    });
  }

  async attributeRow(row: CsvRow, path: string): Promise<void> {
    // Where the folder of masks was left out, nothing is known of the features, whatever the table says.
    if (this.layout.splits[this.split].attributes === undefined) return;
    const id = row.cells['image_id']!;
    await this.attempt(() => {
      this.assertKnown(id, path, row.line);
      const draft = this.draft(id);
      draft.attributesAnnotated = true;
      for (const feature of DERMOSCOPIC_FEATURES) {
        const promised = readFlag(row, feature, path);
        if (promised === (draft.attributePaths[feature] !== undefined)) continue;
        this.attributeConflicts.push({ id, feature, promised });
        // A mask that is lost must not be read as a feature that is absent.
        if (promised) draft.attributesAnnotated = false;
      }
    });
  }

  records(): IsicRecord[] {
    return [...this.drafts.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }
}

function readFlag(row: CsvRow, column: string, path: string): boolean {
  const cell = row.cells[column]!;
  const value = parseDecimal(cell);
  if (value === 0 || value === 1) return value === 1;
  throw tableError(path, row.line, {
    what: `${column} of ${row.cells['image_id']} is not usable`,
    got: JSON.stringify(cell),
    expected: '0 or 1',
    mend: 'Mend this cell.',
  });
}

function readDiagnosis(row: CsvRow, path: string): LesionClass {
  const melanoma = readFlag(row, 'melanoma', path);
  const keratosis = readFlag(row, 'seborrheic_keratosis', path);
  if (melanoma && keratosis) {
    throw tableError(path, row.line, {
      what: `${row.cells['image_id']} is both melanoma and seborrheic keratosis`,
      got: '1 in both columns',
      expected: '1 in one column at most; nevus is 0 in both',
      mend: 'Correct one of the two cells.',
    });
  }
  return melanoma ? 'melanoma' : keratosis ? 'seborrheic_keratosis' : 'nevus';
}

function readAge(row: CsvRow, path: string): number | undefined {
  const cell = row.cells['age_approximate']!;
  if (cell === '' || /^(unknown|nan|null|na|n\/a)$/i.test(cell)) return undefined;
  const age = parseDecimal(cell);
  if (age >= 0 && age <= 130) return age;
  throw tableError(path, row.line, {
    what: `the age of ${row.cells['image_id']} is not usable`,
    got: JSON.stringify(cell),
    expected: 'years from 0 to 130, or unknown',
    mend: 'Mend this cell.',
  });
}

/** `Training`, `Validation` and `Test` with whatever follows, as attributes.csv writes them. */
function namesSplit(text: string, split: DatasetSplit): boolean {
  return text.toLowerCase().startsWith(split);
}

async function readAttributes(path: string, walks: readonly SplitWalk[]): Promise<void> {
  const walk = walks[0]!;
  const columns = ['image_id', ...DERMOSCOPIC_FEATURES];
  const table = await walk.attempt(async (): Promise<CsvTable> => {
    const read = await readCsv(path, { columns, headerOptional: false });
    rowsById(read);
    return read;
  });
  for (const row of table?.rows ?? []) {
    const split = row.cells['split'];
    const id = row.cells['image_id']!;
    const owner = walks.find((candidate) =>
      split === undefined ? candidate.drafts.has(id) : namesSplit(split, candidate.split),
    );
    await owner?.attributeRow(row, path);
  }
}

/**
 * Walks a data set.
 *
 * @throws LesionError `NOT_FOUND` if the folder holds no part of the layout, and whatever `onProblem` throws.
 */
export async function scanDataset(folder: string, onProblem: OnScanProblem): Promise<DatasetScan> {
  const layout = await findLayout(folder);
  const walks = DATASET_SPLITS.map((split) => new SplitWalk(split, layout, onProblem));
  for (const walk of walks) {
    await walk.files();
    await walk.tables();
  }
  if (layout.attributesTable !== undefined) await readAttributes(layout.attributesTable, walks);
  const bySplit = <T>(take: (walk: SplitWalk) => T): Record<DatasetSplit, T> =>
    Object.fromEntries(walks.map((walk) => [walk.split, take(walk)])) as Record<DatasetSplit, T>;
  return {
    dataset: { folder, splits: bySplit((walk) => walk.records()), layout },
    splits: bySplit(({ listed, sourceColumns, attributeConflicts }) => ({
      listed,
      sourceColumns,
      attributeConflicts,
    })),
  };
}
