/** Finding images that are there twice, by id and by content; leans on the file system. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LesionError, mapInOrder } from '@lesion/core';
import { fileLength } from './read-bytes.js';
import type { DatasetIssue } from './report.js';
import type { IsicRecord } from './types.js';

/** How {@link checkDuplicates} runs. */
export interface DuplicateOptions {
  concurrency: number;
  /** Is told after each file; throws to stop. */
  onFile: (done: number, total: number, path: string) => void;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const several = <T>(group: readonly T[]): boolean => group.length > 1;

function duplicateIds(records: readonly IsicRecord[]): DatasetIssue[] {
  return [...groupBy(records, ({ id }) => id)].flatMap(([id, group]): DatasetIssue[] =>
    several(group)
      ? [
          {
            severity: 'error',
            kind: 'duplicate-id',
            where: group[0]!.imagePath ?? id,
            message: `${id} is in the splits ${group.map(({ split }) => split).join(' and ')}: what is trained on would be tested on. Remove it from one of them.`,
            ids: [id],
          },
        ]
      : [],
  );
}

type Present = IsicRecord & { readonly imagePath: string };

function duplicateIssue(group: readonly Present[]): DatasetIssue {
  const [first, ...others] = group as [Present, ...Present[]];
  const names = others.map(({ imagePath }) => basename(imagePath)).join(', ');
  const base = { kind: 'duplicate-image', where: first.imagePath, ids: group.map(({ id }) => id) } as const;
  const same = `${first.imagePath}: the same bytes as ${names}`;
  const splits = new Set(group.map(({ split }) => split));
  if (splits.size > 1) {
    return {
      ...base,
      severity: 'error',
      message: `${same}, in the splits ${[...splits].join(' and ')}: what is trained on would be tested on. Remove it from the training split.`,
    };
  }
  const diagnoses = new Set(group.flatMap(({ diagnosis }) => diagnosis ?? []));
  if (diagnoses.size > 1) {
    return {
      ...base,
      severity: 'error',
      message: `${same}, but the diagnoses are ${[...diagnoses].join(' and ')}. Remove the one that is wrong.`,
    };
  }
  return {
    ...base,
    severity: 'warning',
    message: `${same}. Keep one, or an 80:20 split may put them on both sides.`,
  };
}

/**
 * Finds ids and image files that occur twice. Only files of equal length are read: others cannot be equal.
 */
export async function checkDuplicates(
  records: readonly IsicRecord[],
  options: DuplicateOptions,
): Promise<DatasetIssue[]> {
  const { concurrency, onFile } = options;
  const issues = duplicateIds(records);
  const present = records.filter((record): record is Present => record.imagePath !== undefined);
  const measured: { record: Present; length: number }[] = [];
  const measure = async (record: Present) => ({
    record,
    length: await unlessGone(() => fileLength(record.imagePath)),
  });
  for await (const { record, length } of mapInOrder(present, measure, { concurrency })) {
    if (length !== undefined) measured.push({ record, length });
  }

  const candidates = [...groupBy(measured, ({ length }) => length).values()].filter(several).flat();
  const hashed: { record: Present; hash: string }[] = [];
  let done = 0;
  const digest = async ({ record }: { record: Present }) => ({
    record,
    hash: await unlessGone(() => sha256(record.imagePath)),
  });
  for await (const { record, hash } of mapInOrder(candidates, digest, { concurrency })) {
    if (hash !== undefined) hashed.push({ record, hash });
    onFile(++done, candidates.length, record.imagePath);
  }
  for (const group of groupBy(hashed, ({ hash }) => hash).values()) {
    if (several(group)) issues.push(duplicateIssue(group.map(({ record }) => record)));
  }
  return issues;
}

/** A file that cannot be read was reported by the check of files. */
async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (LesionError.isInstance(error) || typeof (error as NodeJS.ErrnoException).code === 'string')
      return undefined;
    throw error;
  }
}
