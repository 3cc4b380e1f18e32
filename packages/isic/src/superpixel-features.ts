/** Turning attribute masks into features of superpixels: pure counting on arrays; leans on core. */
import {
  assertLabelMap,
  assertNumber,
  type BinaryMask,
  contiguousData,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  formatSize,
  invalidArgument,
  type LabelMap,
  resizeMask,
  resolveOptions,
  type Size,
  sizeOf,
} from '@lesion/core';
import type { SuperpixelFeatures } from './inventory.js';

/** Options of {@link deriveSuperpixelFeatures}. */
export interface DeriveFeaturesOptions {
  /**
   * A superpixel is in doubt if the share of it inside the mask is nearer to one half than this.
   * @default 0.25
   */
  doubtMargin?: number | undefined;
}

/** Features derived from masks. */
export interface DerivedFeatures {
  features: SuperpixelFeatures;
  /** For each feature the superpixels that are partly inside its mask, partly outside. */
  doubtful: Record<DermoscopicFeature, number[]>;
}

/** How many superpixels a label map has: labels are 0 and up without a gap, so the largest and one. */
export function countSuperpixels(labels: LabelMap): number {
  const data = contiguousData(labels);
  let largest = -1;
  for (let i = 0; i < data.length; i++) if (data[i]! > largest) largest = data[i]!;
  return largest + 1;
}

/** Whether two sizes can be the same picture at two scales: each side within a pixel of the common ratio. */
export function sameShape(a: Size, b: Size): boolean {
  const [small, large] = a.width <= b.width ? [a, b] : [b, a];
  return Math.abs((large.height * small.width) / large.width - small.height) <= 1;
}

/**
 * Features of superpixels from masks of the features: a superpixel carries a feature if more than half of its
 * pixels are inside the mask, after the mask was scaled to the size of the label map by the nearest rule. This
 * inverts ISIC 2018's own step, which drew the 2017 superpixel annotations as masks.
 *
 * @param labels `[height, width]`, 0 and up.
 * @param masks `[any height, any width]` of 0 and 1 for each feature, of the image's shape at any scale; a feature
 *   without a mask is absent everywhere.
 * @returns For each feature a `Uint8Array` of one 0 or 1 a superpixel, and what was in doubt.
 * @throws LesionError `INVALID_ARGUMENT` if `labels` is not a label map or a mask is not a mask of its shape.
 * @example
 * ```ts
 * const { features, doubtful } = deriveSuperpixelFeatures(labels, { streaks: streaksMask });
 * ```
 */
export function deriveSuperpixelFeatures(
  labels: LabelMap,
  masks: Readonly<Partial<Record<DermoscopicFeature, BinaryMask>>>,
  options?: DeriveFeaturesOptions,
): DerivedFeatures {
  const { doubtMargin } = resolveOptions(options, { doubtMargin: 0.25 }, 'deriveSuperpixelFeatures');
  assertNumber(doubtMargin, 'doubtMargin', { min: 0, max: 0.5 });
  assertLabelMap(labels);
  const size = sizeOf(labels);
  const label = contiguousData(labels);
  const count = countSuperpixels(labels);
  const areas = new Uint32Array(count);
  for (let i = 0; i < label.length; i++) areas[label[i]!]!++;

  const features = {} as SuperpixelFeatures;
  const doubtful = {} as Record<DermoscopicFeature, number[]>;
  const inside = new Uint32Array(count);
  for (const name of DERMOSCOPIC_FEATURES) {
    const carried = new Uint8Array(count);
    const doubted: number[] = [];
    const mask = masks[name];
    if (mask !== undefined) {
      const scaled = contiguousData(resizeMask(mask, size));
      if (!sameShape(sizeOf(mask), size)) {
        throw invalidArgument({
          what: 'the mask has another shape than the label map',
          where: `masks.${name}`,
          got: formatSize(sizeOf(mask)),
          expected: `${formatSize(size)} at any scale (width x height)`,
          mend: 'Give the mask and the label map of the same image.',
        });
      }
      inside.fill(0);
      for (let i = 0; i < label.length; i++) if (scaled[i] === 1) inside[label[i]!]!++;
      for (let superpixel = 0; superpixel < count; superpixel++) {
        const area = areas[superpixel]!;
        const part = inside[superpixel]!;
        if (2 * part > area) carried[superpixel] = 1;
        if (area > 0 && Math.abs(part / area - 0.5) < doubtMargin) doubted.push(superpixel);
      }
    }
    features[name] = carried;
    doubtful[name] = doubted;
  }
  return { features, doubtful };
}
