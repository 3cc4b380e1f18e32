/** The integrity check of a data set: goes through everything, stops at nothing, lists what it found. */
import { basename } from 'node:path';
import {
  assertNumber,
  DERMOSCOPIC_FEATURES,
  mapInOrder,
  resolveOptions,
  type Size,
  throwIfAborted,
} from '@lesion/core';
import { checkDuplicates } from './check-duplicates.js';
import { checkRecordFiles } from './check-files.js';
import { checkTables, countDiagnoses } from './check-tables.js';
import { parseDecimal } from './csv-lines.js';
import { DATASET_PARTS, DATASET_SPLITS } from './layout.js';
import type { DatasetIssue, DatasetReport, IssueSeverity, SplitReport } from './report.js';
import { scanDataset } from './scan.js';
import type { IsicRecord } from './types.js';
import { nameSome, plural } from './wording.js';

/** How far a check has come. */
export interface CheckProgress {
  /** `files`: reading each image's files; `duplicates`: comparing the content of images of equal length. */
  stage: 'files' | 'duplicates';
  done: number;
  total: number;
  /** The image that was last looked at. */
  id: string;
}

/** Options of {@link checkDataset}. */
export interface CheckDatasetOptions {
  /**
   * Decodes every file: finds truncated images, empty and full masks, and features JSONs whose length is not the
   * number of superpixels. Else only headers are read. @default false
   */
  deep?: boolean | undefined;
  /** Images whose files are open at once; when deep, memory grows with it. @default 4 */
  concurrency?: number | undefined;
  /** Is told after each image. @default nobody is told */
  onProgress?: ((progress: CheckProgress) => void) | undefined;
  /** Stops the check with an `ABORTED` error. @default never */
  signal?: AbortSignal | undefined;
}

const RANK: Readonly<Record<IssueSeverity, number>> = { error: 0, warning: 1, info: 2 };

function reportSplit(records: readonly IsicRecord[], parts: SplitReport['parts']): SplitReport {
  const count = (test: (record: IsicRecord) => boolean): number => records.filter(test).length;
  return {
    parts,
    records: records.length,
    images: count(({ imagePath }) => imagePath !== undefined),
    masks: count(({ maskPath }) => maskPath !== undefined),
    superpixels: count(({ superpixelsPath }) => superpixelsPath !== undefined),
    features: count(({ featuresPath }) => featuresPath !== undefined),
    diagnoses: countDiagnoses(records),
    undiagnosed: count(({ imagePath, diagnosis }) => imagePath !== undefined && diagnosis === undefined),
    annotated: count(({ attributesAnnotated }) => attributesAnnotated),
    attributes: Object.fromEntries(
      DERMOSCOPIC_FEATURES.map((name) => [
        name,
        count((record) => record.attributesAnnotated && record.attributePaths[name] !== undefined),
      ]),
    ) as SplitReport['attributes'],
  };
}

/** Whether the columns `width` and `height` of a record, if it has them, say another size than the image has. */
function contradictsSize({ columns }: IsicRecord, size: Size): boolean {
  const width = parseDecimal(columns['width'] ?? '');
  const height = parseDecimal(columns['height'] ?? '');
  return (
    Number.isFinite(width) && Number.isFinite(height) && (width !== size.width || height !== size.height)
  );
}

function sizeIssue(path: string, contradictions: readonly string[]): DatasetIssue {
  return {
    severity: 'warning',
    kind: 'size-mismatch',
    where: path,
    message: `${path}: ${plural(contradictions.length, 'image')} of another size than its columns width and height say: ${nameSome(contradictions)}. It may describe other copies of these images.`,
    ids: [...contradictions],
  };
}

/**
 * Checks a data set: counts what there is by split and class, and lists what is missing, unreadable, of the wrong
 * size, there twice or contradictory; images that tables list but that are not there; and columns of
 * `*_sources.csv` that tell the class, for a network would learn how the files were made. Bad files become issues,
 * never errors.
 *
 * @throws LesionError `NOT_FOUND` if the folder does not exist or holds no part of the layout; `ABORTED` if stopped.
 * @example
 * ```ts
 * const report = await checkDataset('isic2017', { deep: true });
 * report.issues.filter(({ severity }) => severity === 'error');
 * ```
 */
export async function checkDataset(folder: string, options?: CheckDatasetOptions): Promise<DatasetReport> {
  const { deep, concurrency, onProgress, signal } = resolveOptions(
    options,
    { deep: false, concurrency: 4, onProgress: undefined, signal: undefined },
    'checkDataset',
  );
  assertNumber(concurrency, 'concurrency', { integer: true, min: 1 });
  throwIfAborted(signal, { where: folder });
  const issues: DatasetIssue[] = [];
  const scan = await scanDataset(folder, (error, kind) => {
    issues.push({ severity: 'error', kind, where: error.details.where ?? folder, message: error.message });
  });
  const { splits, layout } = scan.dataset;
  for (const split of DATASET_SPLITS) issues.push(...checkTables(scan, split));

  const records = DATASET_SPLITS.flatMap((split) => splits[split]);
  const contradictions = new Map<string, string[]>();
  let done = 0;
  const inspect = async (record: IsicRecord) => ({ record, check: await checkRecordFiles(record, deep) });
  for await (const { record, check } of mapInOrder(records, inspect, { concurrency })) {
    issues.push(...check.issues);
    const sources = layout.splits[record.split].sources;
    if (sources !== undefined && check.imageSize !== undefined && contradictsSize(record, check.imageSize)) {
      contradictions.set(sources, [...(contradictions.get(sources) ?? []), record.id]);
    }
    onProgress?.({ stage: 'files', done: ++done, total: records.length, id: record.id });
    throwIfAborted(signal, { where: folder });
  }
  for (const [path, ids] of contradictions) issues.push(sizeIssue(path, ids));

  const duplicates = await checkDuplicates(records, {
    concurrency,
    onFile: (compared, total, path) => {
      onProgress?.({
        stage: 'duplicates',
        done: compared,
        total,
        id: basename(path).replace(/\.[^.]+$/, ''),
      });
      throwIfAborted(signal, { where: folder });
    },
  });
  issues.push(...duplicates);

  return {
    folder,
    deep,
    valid: issues.every(({ severity }) => severity !== 'error'),
    splits: Object.fromEntries(
      DATASET_SPLITS.map((split) => {
        const parts = DATASET_PARTS.filter((part) => layout.splits[split][part] !== undefined);
        return [split, reportSplit(splits[split], parts)];
      }),
    ) as DatasetReport['splits'],
    // Array.prototype.sort is stable: within a severity the order of finding stays.
    issues: issues.sort((a, b) => RANK[a.severity] - RANK[b.severity]),
  };
}
