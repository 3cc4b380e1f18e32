/** The widths of the networks of Table VI, and what the Lesion Feature Network expects as input. */
import type { InputNormalization } from '@lesion/core';

/** LFN, Narrow LFN and Wide LFN. */
export const LFN_VARIANTS = ['standard', 'narrow', 'wide'] as const;
/** One of {@link LFN_VARIANTS}. */
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

/** The input of every LFN: RGB bytes brought to the range from -1 to 1. The paper does not say what it used. */
export const LFN_INPUT: InputNormalization = {
  channelOrder: 'rgb',
  mean: [127.5, 127.5, 127.5],
  scale: 1 / 127.5,
};
