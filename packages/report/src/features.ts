/** Dermoscopic features of superpixels drawn on their image; leans on core, the brush and the colours. */
import {
  assertLabelMap,
  assertNumber,
  assertOneOf,
  assertRgbImage,
  assertSameSize,
  contiguousData,
  copyData,
  createRgbImage,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  describe,
  invalidArgument,
  type LabelMap,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { createBrush, lineThickness } from './brush.js';
import { assertColour, type Colour, FEATURE_COLOURS } from './colours.js';

/** One value from 0 to 1 a superpixel and feature; a feature that was not looked for may be absent. */
export type FeatureValues = Partial<Record<DermoscopicFeature, Uint8Array | Float32Array>>;

/** Options of {@link drawFeatures}. */
export interface DrawFeaturesOptions {
  /** A superpixel carries a feature where its value is above this. @default 0.5 */
  threshold?: number | undefined;
  /** How much of the fill covers the image, 0 to 1. @default 0.35 */
  alpha?: number | undefined;
  /** Colours in place of the documented ones. @default FEATURE_COLOURS */
  colours?: Partial<Record<DermoscopicFeature, Colour>> | undefined;
  /** Width in pixels of the line around a group of superpixels with the same features. @default a 200th of the short side, at least 1 */
  thickness?: number | undefined;
}

function superpixelCount(labels: Int32Array): number {
  let highest = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i]! > highest) highest = labels[i]!;
  return highest + 1;
}

/** For each superpixel a bit for each of its features, in the order of DERMOSCOPIC_FEATURES. */
function featureBits(features: FeatureValues, count: number, threshold: number): Uint8Array {
  const bits = new Uint8Array(count);
  for (const [name, values] of Object.entries(features)) {
    if (values === undefined) continue;
    assertOneOf(name, DERMOSCOPIC_FEATURES, 'features');
    if (values.length !== count) {
      throw invalidArgument({
        what: 'not one value a superpixel',
        where: `features.${name}`,
        got: describe(values),
        expected: `${count} values, as the highest label is ${count - 1}`,
      });
    }
    const bit = 1 << DERMOSCOPIC_FEATURES.indexOf(name);
    for (let i = 0; i < count; i++) if (values[i]! > threshold) bits[i]! |= bit;
  }
  return bits;
}

/**
 * Draws which superpixels carry which dermoscopic feature: a translucent fill and a solid line around each group
 * of superpixels with the same features, in {@link FEATURE_COLOURS}. A superpixel with several features is
 * striped in their colours.
 *
 * @param image `[height, width, 3]`, not modified.
 * @param labels The superpixel of each pixel, `[height, width]`, 0 and up.
 * @param features One value a superpixel and feature: 0 and 1, or probabilities.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if sizes or lengths differ, a feature is unknown or an option is out of range.
 * @example
 * ```ts
 * drawFeatures(image, labels, { streaks: probabilities }, { threshold: 0.5 });
 * ```
 */
export function drawFeatures(
  image: RgbImage,
  labels: LabelMap,
  features: FeatureValues,
  options?: DrawFeaturesOptions,
): RgbImage {
  const { threshold, alpha, colours, thickness } = resolveOptions(
    options,
    { threshold: 0.5, alpha: 0.35, colours: FEATURE_COLOURS, thickness: undefined },
    'drawFeatures',
  );
  assertRgbImage(image);
  assertLabelMap(labels);
  assertSameSize(image, labels, ['image', 'labels']);
  assertNumber(threshold, 'threshold', { min: 0, max: 1 });
  assertNumber(alpha, 'alpha', { min: 0, max: 1 });
  const size = sizeOf(image);
  const { height, width } = size;
  const line = lineThickness(thickness, size, 1 / 200);
  const data = copyData(image);
  const regions = contiguousData(labels);
  const bits = featureBits(features, superpixelCount(regions), threshold);

  const palette: Colour[] = DERMOSCOPIC_FEATURES.map((name) => colours[name] ?? FEATURE_COLOURS[name]);
  for (const [i, colour] of palette.entries()) assertColour(colour, `colours.${DERMOSCOPIC_FEATURES[i]}`);
  const stripes: Colour[][] = Array.from({ length: 1 << palette.length }, (_, set) =>
    palette.filter((_colour, i) => set & (1 << i)),
  );
  const stripeWidth = 3 * line;
  const colourAt = (y: number, x: number, choice: readonly Colour[]): Colour =>
    choice[Math.floor((x + y) / stripeWidth) % choice.length]!;

  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const choice = stripes[bits[regions[i]!]!]!;
      if (choice.length === 0) continue;
      const colour = colourAt(y, x, choice);
      for (let channel = 0, at = i * 3; channel < 3; channel++, at++) {
        data[at] = Math.round((1 - alpha) * data[at]! + alpha * colour[channel]!);
      }
    }
  }

  const dots = palette.map((colour) => createBrush(data, size, line, colour));
  const dotsOf = stripes.map((_, set) => dots.filter((_dot, i) => set & (1 << i)));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const own = bits[regions[i]!]!;
      if (own === 0) continue;
      const edge =
        (x > 0 && bits[regions[i - 1]!] !== own) ||
        (x < width - 1 && bits[regions[i + 1]!] !== own) ||
        (y > 0 && bits[regions[i - width]!] !== own) ||
        (y < height - 1 && bits[regions[i + width]!] !== own);
      if (!edge) continue;
      const choice = dotsOf[own]!;
      choice[Math.floor((x + y) / stripeWidth) % choice.length]!(y, x);
    }
  }
  return createRgbImage(size, data);
}
