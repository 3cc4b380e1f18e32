/** The colours of overlays and plots and why each was chosen; leans on nothing. */
import { assertNumber, type DermoscopicFeature, describe, invalidArgument } from '@lesion/core';

/** Red, green and blue, whole numbers from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The outline colours of the paper's Fig. 8 (https://doi.org/10.3390/s18020556): the result blue, the truth red. */
export const OUTLINE_COLOURS = {
  result: [0, 0, 255],
  truth: [255, 0, 0],
} as const satisfies Record<string, Colour>;

/**
 * The colours of the four dermoscopic features: hues of the Okabe-Ito palette
 * (https://jfly.uni-koeln.de/color/), which people with any common colour vision can tell apart. Its orange
 * and purple are left out: they vanish on skin.
 */
export const FEATURE_COLOURS = {
  /** Sky blue. */
  pigment_network: [86, 180, 233],
  /** Yellow. */
  negative_network: [240, 228, 66],
  /** Bluish green. */
  milia_like_cyst: [0, 158, 115],
  /** Vermilion. */
  streaks: [213, 94, 0],
} as const satisfies Record<DermoscopicFeature, Colour>;

/** A colour as CSS writes it: `#56b4e9`. */
export function cssColour(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is three whole numbers from 0 to 255. */
export function assertColour(value: unknown, name = 'colour'): asserts value is Colour {
  if (!Array.isArray(value) || value.length !== 3) {
    throw invalidArgument({
      what: 'not a colour',
      where: name,
      got: describe(value),
      expected: '[red, green, blue], each from 0 to 255',
    });
  }
  for (const [i, part] of value.entries()) {
    assertNumber(part, `${name}[${i}]`, { integer: true, min: 0, max: 255 });
  }
}
