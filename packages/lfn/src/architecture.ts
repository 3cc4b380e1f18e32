/** The widths of the networks of Table VI, and what the Lesion Feature Network expects as input. */

/** LFN, Narrow LFN and Wide LFN. */
export const LFN_VARIANTS = ['standard', 'narrow', 'wide'] as const;
export type LfnVariant = (typeof LFN_VARIANTS)[number];

/**
 * The channels of each of the four stages; a stage is three convolutions, 3x3, 1x1, 3x3, all of that width
 * (Table VI, https://doi.org/10.3390/s18020556).
 */
export const LFN_WIDTHS: Readonly<Record<LfnVariant, readonly [number, number, number, number]>> = {
  standard: [16, 32, 64, 128],
  narrow: [16, 16, 16, 32],
  wide: [32, 64, 64, 128],
};

/** How a patch's bytes become the network's input: `(byte - mean[channel]) * scale`. */
export interface InputNormalization {
  /** Order of the channels in the tensor and in `mean`. */
  channelOrder: 'rgb';
  /** Subtracted from each channel's value of 0 to 255. */
  mean: readonly [number, number, number];
  /** Multiplies the difference. */
  scale: number;
}

/** The input of every LFN: RGB bytes brought to the range from -1 to 1. The paper does not say what it used. */
export const LFN_INPUT: InputNormalization = {
  channelOrder: 'rgb',
  mean: [127.5, 127.5, 127.5],
  scale: 1 / 127.5,
};
