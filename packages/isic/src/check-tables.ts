/** Checking tables against files and against each other, from one walk's findings; pure, no file is opened. */
import { basename } from 'node:path';
import { LESION_CLASSES, type LesionClass } from '@lesion/core';
import {
  ATTRIBUTES_TABLE,
  DATASET_PARTS,
  type DatasetSplit,
  PART_NAMES,
  SPLIT_PREFIXES,
  type SplitLayout,
} from './layout.js';
import { findPredictiveColumns, type PredictiveColumn } from './predictive-columns.js';
import type { DatasetIssue, DatasetIssueKind, IssueSeverity } from './report.js';
import type { DatasetScan, SplitScan } from './scan.js';
import type { IsicRecord } from './types.js';
import { nameSome, plural } from './wording.js';

const nouns = {
  image: 'image',
  mask: 'lesion mask',
  superpixels: 'superpixel map',
  features: 'features JSON',
} as const;

const percent = (share: number): string => `${Math.round(100 * share)}%`;

class SplitTables {
  readonly issues: DatasetIssue[] = [];
  readonly layout: SplitLayout;
  readonly records: readonly IsicRecord[];
  readonly facts: SplitScan;

  constructor(
    readonly scan: DatasetScan,
    readonly split: DatasetSplit,
  ) {
    this.layout = scan.dataset.layout.splits[split];
    this.records = scan.dataset.splits[split];
    this.facts = scan.splits[split];
  }

  report(
    severity: IssueSeverity,
    kind: DatasetIssueKind,
    where: string,
    text: string,
    ids?: readonly string[],
  ): void {
    const issue: DatasetIssue = { severity, kind, where, message: `${where}: ${text}` };
    this.issues.push(ids === undefined ? issue : { ...issue, ids: [...ids] });
  }

  parts(): void {
    const { folder } = this.scan.dataset;
    const prefix = SPLIT_PREFIXES[this.split][0]!;
    // Attribute masks and sources are not of the 2017 challenge: their absence says nothing.
    const absent = DATASET_PARTS.filter(
      (part) => this.layout[part] === undefined && part !== 'attributes' && part !== 'sources',
    );
    if (Object.keys(this.layout).length === 0) {
      this.report('info', 'missing-part', folder, `no ${this.split} split (nothing begins with ${prefix}).`);
    } else if (absent.length > 0) {
      const names = absent.map((part) => `${prefix}${PART_NAMES[part]}`);
      this.report('info', 'missing-part', folder, `the ${this.split} split is without ${names.join(', ')}.`);
    }
  }

  images(): void {
    const { images } = this.layout;
    if (images === undefined) return;
    const present = new Set(
      this.records.flatMap(({ id, imagePath }) => (imagePath === undefined ? [] : [id])),
    );

    const tables = (['diagnoses', 'metadata', 'sources'] as const).flatMap((name) => {
      const path = this.layout[name];
      const missing = this.facts.listed[name]?.filter((id) => !present.has(id)) ?? [];
      return path === undefined || missing.length === 0 ? [] : [{ path, missing }];
    });
    const first = tables[0];
    if (first !== undefined) {
      const missing = [...new Set(tables.flatMap((table) => table.missing))].sort();
      const others = tables.slice(1).map(({ path }) => basename(path));
      const list = others.length === 0 ? 'it lists' : `it and ${others.join(' and ')} list`;
      this.report(
        'warning',
        'image-missing',
        first.path,
        `${plural(missing.length, 'image')} that ${list} ${missing.length === 1 ? 'has' : 'have'} no file in ${basename(images)}: ${nameSome(missing)}. They are left out of training and scores; add the files, or count the images, not the lines.`,
        missing,
      );
    }

    const listed = this.facts.listed.diagnoses;
    if (listed !== undefined) {
      const known = new Set(listed);
      const unknown = [...present].filter((id) => !known.has(id)).sort();
      if (unknown.length > 0) {
        this.report(
          'warning',
          'image-without-row',
          images,
          `${plural(unknown.length, 'image')} without a line in ${basename(this.layout.diagnoses!)}: ${nameSome(unknown)}. Nothing is known of their diagnosis.`,
          unknown,
        );
      }
    }

    const orphans = this.records.filter(
      (record) =>
        record.imagePath === undefined &&
        [
          record.maskPath,
          record.superpixelsPath,
          record.featuresPath,
          ...Object.values(record.attributePaths),
        ].some((path) => path !== undefined),
    );
    if (orphans.length > 0) {
      const ids = orphans.map(({ id }) => id);
      this.report(
        'warning',
        'file-without-image',
        images,
        `${plural(ids.length, 'image')} of which there are masks, superpixels or features, but no image: ${nameSome(ids)}. Add the images or remove the other files.`,
        ids,
      );
    }
  }

  companions(): void {
    const { masks, features, images } = this.layout;
    const have = (path: 'maskPath' | 'superpixelsPath' | 'featuresPath') =>
      this.records.some((record) => record[path] !== undefined);
    const wanted = [
      { path: 'maskPath', noun: nouns.mask, folder: have('maskPath') ? masks : undefined },
      {
        path: 'superpixelsPath',
        noun: nouns.superpixels,
        folder: have('superpixelsPath') ? images : undefined,
      },
      { path: 'featuresPath', noun: nouns.features, folder: have('featuresPath') ? features : undefined },
    ] as const;
    for (const { path, noun, folder } of wanted) {
      if (folder === undefined) continue;
      const ids = this.records.flatMap((record) =>
        record.imagePath !== undefined && record[path] === undefined ? [record.id] : [],
      );
      if (ids.length === 0) continue;
      const text = `${plural(ids.length, 'image')} without a ${noun}: ${nameSome(ids)}. They are left out where one is needed.`;
      this.report('warning', 'file-missing', folder, text, ids);
    }
  }

  attributes(): void {
    const table = this.scan.dataset.layout.attributesTable ?? ATTRIBUTES_TABLE;
    const name = (conflict: { id: string; feature: string }): string => `${conflict.id} ${conflict.feature}`;
    const lost = this.facts.attributeConflicts.filter(({ promised }) => promised);
    const extra = this.facts.attributeConflicts.filter(({ promised }) => !promised);
    if (lost.length > 0) {
      const text = `${plural(lost.length, 'mask')} that it promises not in ${basename(this.layout.attributes!)}: ${nameSome(lost.map(name))}. The features of these images count as unknown; add the masks.`;
      this.report('error', 'attribute-conflict', table, text, [...new Set(lost.map(({ id }) => id))]);
    }
    if (extra.length > 0) {
      const text = `${plural(extra.length, 'mask')} in ${basename(this.layout.attributes!)} though it says there is none: ${nameSome(extra.map(name))}. The masks are used; correct the table.`;
      this.report('warning', 'attribute-conflict', table, text, [...new Set(extra.map(({ id }) => id))]);
    }
  }

  columns(): void {
    const { sources } = this.layout;
    if (sources === undefined) return;
    const { predictive, diagnoses } = findPredictiveColumns(this.records, this.facts.sourceColumns);
    for (const { column, conflicts } of diagnoses) {
      if (conflicts.length === 0) continue;
      const text = `column ${column} contradicts ${basename(this.layout.diagnoses!)} for ${plural(conflicts.length, 'image')}: ${nameSome(conflicts)}. The ground truth is used; find out which is right.`;
      this.report('error', 'label-conflict', sources, text, conflicts);
    }
    for (const finding of predictive) {
      this.report('warning', 'column-predicts-class', sources, describeColumn(finding));
    }
  }
}

function describeColumn(finding: PredictiveColumn): string {
  const { column, count, association, telling, subset, numeric } = finding;
  const { value, diagnosis, share, overall } = telling;
  const p = association.pValue < 1e-12 ? 'p < 1e-12' : `p = ${association.pValue.toPrecision(1)}`;
  const found =
    `column ${column} predicts the class: ${percent(share)} of the ${telling.count} images with ${column}=${value} are ${diagnosis}, ` +
    `against ${percent(overall)} of all ${count} (Cramér's V ${association.cramersV.toFixed(2)}, ${p}). ` +
    'A network may learn this trace in place of the lesion: ';
  if (numeric)
    return `${found}if it is a size, crop or pad every image to one shape before a network sees it.`;
  const report = subset === undefined ? '' : `, and report also on the images with ${column}=${subset} alone`;
  return `${found}train with an augmentation that hides it, the same for every class (for resolution: reduce and enlarge at random)${report}.`;
}

/** All that tables and the presence of files tell of a split. */
export function checkTables(scan: DatasetScan, split: DatasetSplit): DatasetIssue[] {
  const tables = new SplitTables(scan, split);
  tables.parts();
  tables.images();
  tables.companions();
  tables.attributes();
  tables.columns();
  return tables.issues;
}

/** Counts by class of what the ground truth lists and of what is present. */
export function countDiagnoses(
  records: readonly IsicRecord[],
): Record<LesionClass, { listed: number; images: number }> {
  return Object.fromEntries(
    LESION_CLASSES.map((name) => {
      const ofClass = records.filter(({ diagnosis }) => diagnosis === name);
      const images = ofClass.filter(({ imagePath }) => imagePath !== undefined).length;
      return [name, { listed: ofClass.length, images }];
    }),
  ) as Record<LesionClass, { listed: number; images: number }>;
}
