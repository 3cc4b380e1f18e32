/**
 * A folder of predictions in the form in which the challenge takes them: `ID_segmentation.png`,
 * `ID_features.json` with `ID_superpixels.png`, and `predictions.csv`.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DERMOSCOPIC_FEATURES, invalidFile, LESION_CLASSES, resolveOptions } from '@lesion/core';
import { type ClassScores, classScores, type LfnPrediction, type LinPrediction } from '@lesion/predict';
import { writeMask, writePng } from '@lesion/preprocess/node';
import { labelColors } from '@lesion/superpixel';
import writeFileAtomic from 'write-file-atomic';

/** What was found in one image. */
export interface ImagePrediction {
  id: string;
  /** From the LIN, if there was one. */
  lin?: LinPrediction | undefined;
  /** From the LFN, if there was one. */
  lfn?: LfnPrediction | undefined;
}

/** Decimals of a probability in a features JSON: more than float32 tells apart near 1. */
const DECIMALS = 7;

const COLUMNS = LESION_CLASSES.filter((name) => name !== 'nevus');
const HEADER = ['image_id', ...COLUMNS].join(',');

/** Options of PredictionFolder.open. */
export interface PredictionFolderOptions {
  /**
   * What `predictions.csv` holds: calibrated probabilities or raw indexes. The file's form does not tell, so keep to
   * one of them in one folder.
   * @default 'calibrated' where a prediction has probabilities, else 'indexes'
   */
  scores?: ClassScores | undefined;
}

/** A folder of predictions in the challenge's form, written as they come. */
export class PredictionFolder {
  /** Lines of `predictions.csv` by image. */
  readonly #lines = new Map<string, string>();

  private constructor(
    readonly folder: string,
    readonly scores: ClassScores | undefined,
  ) {}

  /**
   * Opens a folder, which is made if need be. Predictions that are there already stay; those of the same images
   * are replaced.
   *
   * @throws LesionError `INVALID_FILE` if its `predictions.csv` is not one of these
   */
  static async open(folder: string, options?: PredictionFolderOptions): Promise<PredictionFolder> {
    const { scores } = resolveOptions(options, { scores: undefined }, 'PredictionFolder.open');
    await mkdir(folder, { recursive: true });
    const opened = new PredictionFolder(folder, scores);
    const path = join(folder, 'predictions.csv');
    if (existsSync(path)) {
      const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
      if (header !== HEADER) {
        throw invalidFile({
          what: 'the folder holds predictions of another form',
          where: path,
          got: `the header ${header}`,
          expected: HEADER,
          mend: 'Choose another folder.',
        });
      }
      for (const line of lines) opened.#lines.set(line.split(',')[0]!, line);
    }
    return opened;
  }

  /**
   * Writes one image's files, each atomically.
   *
   * @throws LesionError `INVALID_ARGUMENT` if the folder is to hold calibrated probabilities and there are none
   */
  async add({ id, lin, lfn }: ImagePrediction): Promise<void> {
    const files: Promise<void>[] = [];
    if (lin !== undefined) {
      const { scores } = classScores(lin, this.scores);
      this.#lines.set(id, [id, ...COLUMNS.map((name) => scores[name])].join(','));
      files.push(writeMask(join(this.folder, `${id}_segmentation.png`), lin.mask), this.#writeScores());
    }
    if (lfn !== undefined) {
      const features = Object.fromEntries(
        DERMOSCOPIC_FEATURES.map((name) => [
          name,
          Array.from(lfn.features[name], (value) => Number(value.toFixed(DECIMALS))),
        ]),
      );
      files.push(
        writePng(join(this.folder, `${id}_superpixels.png`), labelColors(lfn.labels)),
        writeFileAtomic(join(this.folder, `${id}_features.json`), `${JSON.stringify(features)}\n`),
      );
    }
    // All of them are done with when this ends, also where one of them fails.
    const failed = (await Promise.allSettled(files)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** The challenge's file for Part 3; after each image, so that an interruption loses nothing. */
  async #writeScores(): Promise<void> {
    const lines = [...this.#lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
    const text = [HEADER, ...lines, ''].join('\n');
    await writeFileAtomic(join(this.folder, 'predictions.csv'), text);
  }
}
