/** What a data set consists of: records, one an image, each with the paths and labels that are known of it. Types only. */
import type { DermoscopicFeature, LesionClass } from '@lesion/core';
import type { DatasetLayout, DatasetSplit } from './layout.js';

/** One image of a data set. Every part may be absent: the challenge's CSVs list images that a copy may lack. */
export interface IsicRecord {
  /** The image's id, such as `ISIC_0000000`. */
  readonly id: string;
  readonly split: DatasetSplit;
  /** Path of the image; undefined where a CSV lists the image but the file is not there. */
  readonly imagePath?: string | undefined;
  /** Path of the index PNG of its superpixels. */
  readonly superpixelsPath?: string | undefined;
  /** Path of the lesion mask. */
  readonly maskPath?: string | undefined;
  /** Path of the features JSON, one 0/1 a superpixel for each feature. */
  readonly featuresPath?: string | undefined;
  /** Paths of the ISIC 2018 attribute masks; there is no file where the mask is empty. */
  readonly attributePaths: Readonly<Partial<Record<DermoscopicFeature, string>>>;
  /**
   * Whether the absence of an attribute mask means that the feature is absent: the image is in `attributes.csv`
   * (or, without that table, has any attribute mask) and every mask that the table promises is there.
   */
  readonly attributesAnnotated: boolean;
  /** The diagnosis; nevus is what is neither melanoma nor seborrheic keratosis. Undefined if no CSV tells. */
  readonly diagnosis?: LesionClass | undefined;
  /** Approximate age in years. */
  readonly age?: number | undefined;
  readonly sex?: 'female' | 'male' | undefined;
  /** All cells of the metadata and the `*_sources.csv` table by column, without the id; sources win a clash. */
  readonly columns: Readonly<Record<string, string>>;
}

/** A data set in the challenge's layout. */
export interface IsicDataset {
  readonly folder: string;
  /** The records of each split in the order of their ids; a split that is absent is empty. */
  readonly splits: Readonly<Record<DatasetSplit, readonly IsicRecord[]>>;
  /** Where its parts lie. */
  readonly layout: DatasetLayout;
}
