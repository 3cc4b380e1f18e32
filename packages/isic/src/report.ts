/** What an integrity check of a data set finds. Types only. */
import type { DermoscopicFeature, LesionClass } from '@lesion/core';
import type { DatasetPart, DatasetSplit } from './layout.js';

/** Errors make a run fail or its numbers wrong; warnings change what the numbers mean; infos are worth knowing. */
export type IssueSeverity = 'error' | 'warning' | 'info';

/** The kinds of issue. */
export type DatasetIssueKind =
  /** A split, or a part of one, is not there. */
  | 'missing-part'
  /** A table, or a line of it, cannot be used. */
  | 'bad-table'
  /** Two image files have one id. */
  | 'ambiguous-image'
  /** Tables list images that are not there. */
  | 'image-missing'
  /** Images that the ground truth does not list. */
  | 'image-without-row'
  /** Images without a mask, superpixels or features, where others of the split have them. */
  | 'file-missing'
  /** Masks and the like whose image is not there. */
  | 'file-without-image'
  /** A file is damaged or not what its name says. */
  | 'unreadable'
  /** A file has another size than its image, or an image another than its table says. */
  | 'size-mismatch'
  /** A features JSON has another number of values than there are superpixels. */
  | 'feature-count'
  /** A mask without foreground. */
  | 'empty-mask'
  /** A mask without background. */
  | 'full-mask'
  /** Attribute masks and the table of attributes disagree. */
  | 'attribute-conflict'
  /** One id is in two splits. */
  | 'duplicate-id'
  /** Two image files have the same bytes. */
  | 'duplicate-image'
  /** A column repeats the diagnosis and contradicts the ground truth. */
  | 'label-conflict'
  /** A column that describes how files were made tells the class. */
  | 'column-predicts-class';

/** One thing that an integrity check found. */
export interface DatasetIssue {
  severity: IssueSeverity;
  kind: DatasetIssueKind;
  /** The file or folder that it is about, with the line (`file:line`) in a table. */
  where: string;
  /** One line: what was found, what it means and how to mend it. */
  message: string;
  /** All ids concerned, where the issue is about several images (the message names a few). */
  ids?: string[];
}

/** What a split holds. */
export interface SplitReport {
  /** The parts that are there. */
  parts: DatasetPart[];
  /** Images that are listed or present. */
  records: number;
  /** How many records have each kind of file. */
  images: number;
  masks: number;
  superpixels: number;
  features: number;
  /** How many images of each class the ground truth lists, and how many of these are present. */
  diagnoses: Record<LesionClass, { listed: number; images: number }>;
  /** Images present whose diagnosis is not known. */
  undiagnosed: number;
  /** Records whose attribute masks are annotated. */
  annotated: number;
  /** How many annotated records have each feature. */
  attributes: Record<DermoscopicFeature, number>;
}

/** The outcome of {@link checkDataset}. */
export interface DatasetReport {
  folder: string;
  /** Whether every file was decoded, or only headers read. */
  deep: boolean;
  /** Whether no issue is an error. */
  valid: boolean;
  splits: Record<DatasetSplit, SplitReport>;
  /** What was found, errors first, then warnings, then infos. */
  issues: DatasetIssue[];
}
