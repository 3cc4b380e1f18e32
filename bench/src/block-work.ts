/** What a worker is asked to do with a building block: plain data that goes to Node and to Python alike. */

/** The work itself. */
export const BLOCKS = [
  'slico',
  'slic',
  'distance-transform',
  'auc-ap',
  'resize',
  'components',
  'score-masks',
  'score-masks-decoding',
] as const;
export type BlockName = (typeof BLOCKS)[number];

/** Whose implementation does it. */
export type BlockLibrary = 'lesion' | 'scikit-image' | 'opencv' | 'scipy' | 'scikit-learn' | 'pillow';

export interface BlockWork {
  block: BlockName;
  library: BlockLibrary;
  /** The file of arrays, or the folder, that is worked on. */
  input: string;
  /**
   * Another way to do the same: `challenge` for superpixels by the challenge's recipe rather than scikit-image's,
   * `labels-only` for components without their mask, `pool` for files read by several threads.
   */
  variant?: 'challenge' | 'labels-only' | 'pool' | undefined;
  /**
   * What figures are counted in: milliseconds and megabytes a step, or the time for each million pixels and the memory
   * of one run beyond the input in multiples of the image.
   */
  per: 'step' | 'megapixel';
  /** How often a step runs the block; its time is divided by that where it is counted for each megapixel. @default 1 */
  repetitions?: number;
  threads: number;
}

/** Superpixels that are asked for, and passes of k-means. */
export const SUPERPIXEL_COUNT = 1000;
export const SUPERPIXEL_ITERATIONS = 10;
/** Short side that `resize` brings an image to. */
export const RESIZED_SHORT_SIDE = 512;
