/**
 * The knobs of the segmentation and the three named recipes that set them. Leans on `@lesion/core` only.
 */
import { assertNumber, assertOneOf, describe, invalidArgument, resolveOptions } from '@lesion/core';

/** Every knob of {@link superpixels}; what is left out comes from the preset. */
export interface SuperpixelOptions {
  /**
   * The recipe that fills in every other option, see {@link SUPERPIXEL_PRESETS}.
   * @default 'isic2017'
   */
  preset?: SuperpixelPreset | undefined;
  /**
   * `slic` weighs colour against space by one fixed compactness; `slico` lets each superpixel divide its
   * colour distances by the largest it has seen, so that smooth and textured parts get equally compact shapes.
   * @default preset: isic2017 slico; scikit-image and epfl slic
   */
  algorithm?: 'slic' | 'slico' | undefined;
  /**
   * About how many superpixels, at least 1; the seed grid decides the exact number.
   * @default preset: isic2017 1000; scikit-image 100; epfl 200
   */
  count?: number | undefined;
  /**
   * Colour distance that weighs as much as one grid step of space, above 0. Large gives squares, small
   * follows colour. For `slico` only where the largest colour distance starts.
   * @default preset: isic2017 0.01; scikit-image and epfl 10
   */
  compactness?: number | undefined;
  /** Passes of k-means at most, at least 1. It stops early once no pixel moves. @default 10 */
  iterations?: number | undefined;
  /**
   * Standard deviation of the Gaussian blur before the clustering, in pixels; 0 for none.
   * @default preset: isic2017 2; scikit-image and epfl 0
   */
  sigma?: number | undefined;
  /** The space of colour distances: CIELAB (D65), or RGB in 0..1. @default 'lab' */
  colorSpace?: 'lab' | 'rgb' | undefined;
  /**
   * The space that is blurred: `rgb` blurs before the conversion to CIELAB, `lab` after it.
   * @default preset: isic2017 rgb; scikit-image and epfl lab
   */
  blurSpace?: 'rgb' | 'lab' | undefined;
  /**
   * Whether the range of the image's values is stretched to 0..1 first, all channels alike.
   * @default preset: scikit-image true; isic2017 and epfl false
   */
  stretch?: boolean | undefined;
  /**
   * The grid of the seeds: `square` starts half a step from the corner; `hexagonal` shifts every second row
   * by half a step and spreads what is left over evenly.
   * @default preset: isic2017 and scikit-image square; epfl hexagonal
   */
  seeds?: 'square' | 'hexagonal' | undefined;
  /**
   * The colour with which a seed starts: its pixel's, or `zero` for all, so that the first pass looks at
   * space alone.
   * @default preset: isic2017 and scikit-image zero; epfl pixel
   */
  seedColors?: 'zero' | 'pixel' | undefined;
  /**
   * Whether a seed first moves to the lowest colour gradient among the 3x3 pixels around it.
   * @default preset: epfl true; isic2017 and scikit-image false
   */
  perturbSeeds?: boolean | undefined;
  /**
   * How far a cluster reaches to each side of its centre, in grid steps, above 0.
   * @default preset: isic2017 and scikit-image 2; epfl 1
   */
  window?: number | undefined;
  /**
   * How stray pieces are merged. `scikit-image`: a region smaller than `minSizeFactor` goes to the neighbour
   * met last around it. `epfl`: a region not larger than `minSizeFactor` goes to the neighbour above its
   * first pixel, else to the left one. `none`: labels may be in several pieces.
   * @default preset: isic2017 and scikit-image scikit-image; epfl epfl
   */
  connectivity?: 'scikit-image' | 'epfl' | 'none' | undefined;
  /**
   * Regions below this share of the mean size are merged into a neighbour, 0 and up.
   * @default preset: isic2017 and scikit-image 0.5; epfl 0.25
   */
  minSizeFactor?: number | undefined;
  /**
   * A region is cut once it holds this many times the mean size, above 0; `Infinity` for never.
   * @default preset: isic2017 and scikit-image 3; epfl Infinity
   */
  maxSizeFactor?: number | undefined;
  /**
   * What the mean size is counted from: the `count` asked for, or the number of `seeds` that the grid has.
   * @default preset: isic2017 and epfl count; scikit-image seeds
   */
  meanSize?: 'count' | 'seeds' | undefined;
}

/** Every knob with its value: what a preset holds. */
export type SuperpixelSettings = {
  [K in keyof Omit<Required<SuperpixelOptions>, 'preset'>]: Exclude<SuperpixelOptions[K], undefined>;
};

/** The names of the recipes. */
export type SuperpixelPreset = 'isic2017' | 'scikit-image' | 'epfl';

const scikitImage: SuperpixelSettings = {
  algorithm: 'slic',
  count: 100,
  compactness: 10,
  iterations: 10,
  sigma: 0,
  colorSpace: 'lab',
  blurSpace: 'lab',
  stretch: true,
  seeds: 'square',
  seedColors: 'zero',
  perturbSeeds: false,
  window: 2,
  connectivity: 'scikit-image',
  minSizeFactor: 0.5,
  maxSizeFactor: 3,
  meanSize: 'seeds',
};

/**
 * The three recipes.
 *
 * - `isic2017`: how the ISIC 2017 challenge made its superpixels, scikit-image 0.12.3's `slic(n_segments=1000,
 *   compactness=0.01, max_iter=10, sigma=2, enforce_connectivity=True, min_size_factor=0.5, slic_zero=True)`.
 * - `scikit-image`: the defaults of `skimage.segmentation.slic` since 0.19; labels start at 0 here.
 * - `epfl`: Achanta et al. (2012), https://doi.org/10.1109/TPAMI.2012.120, as their program has it.
 */
export const SUPERPIXEL_PRESETS: Readonly<Record<SuperpixelPreset, Readonly<SuperpixelSettings>>> =
  Object.freeze({
    isic2017: Object.freeze({
      ...scikitImage,
      algorithm: 'slico',
      count: 1000,
      compactness: 0.01,
      sigma: 2,
      blurSpace: 'rgb',
      stretch: false,
      meanSize: 'count',
    }),
    'scikit-image': Object.freeze(scikitImage),
    epfl: Object.freeze({
      ...scikitImage,
      count: 200,
      stretch: false,
      seeds: 'hexagonal',
      seedColors: 'pixel',
      perturbSeeds: true,
      window: 1,
      connectivity: 'epfl',
      minSizeFactor: 0.25,
      maxSizeFactor: Number.POSITIVE_INFINITY,
      meanSize: 'count',
    }),
  });

function assertBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') {
    throw invalidArgument({
      what: 'not a yes or no',
      where: name,
      got: describe(value),
      expected: 'true or false',
    });
  }
}

/** The preset with the overrides laid over it, each checked. @throws LesionError `INVALID_ARGUMENT` */
export function resolveSettings(options: SuperpixelOptions | undefined): SuperpixelSettings {
  const preset = options?.preset ?? 'isic2017';
  assertOneOf(preset, ['isic2017', 'scikit-image', 'epfl'], 'preset');
  const { preset: _, ...settings } = resolveOptions(
    options,
    { preset, ...SUPERPIXEL_PRESETS[preset] },
    'superpixels',
  );
  assertOneOf(settings.algorithm, ['slic', 'slico'], 'algorithm');
  assertNumber(settings.count, 'count', { integer: true, min: 1 });
  assertNumber(settings.compactness, 'compactness', { min: 0, aboveMin: true });
  assertNumber(settings.iterations, 'iterations', { integer: true, min: 1 });
  assertNumber(settings.sigma, 'sigma', { min: 0, max: 1000 });
  assertOneOf(settings.colorSpace, ['lab', 'rgb'], 'colorSpace');
  assertOneOf(settings.blurSpace, ['rgb', 'lab'], 'blurSpace');
  assertBoolean(settings.stretch, 'stretch');
  assertOneOf(settings.seeds, ['square', 'hexagonal'], 'seeds');
  assertOneOf(settings.seedColors, ['zero', 'pixel'], 'seedColors');
  assertBoolean(settings.perturbSeeds, 'perturbSeeds');
  assertNumber(settings.window, 'window', { min: 0, aboveMin: true });
  assertOneOf(settings.connectivity, ['scikit-image', 'epfl', 'none'], 'connectivity');
  assertNumber(settings.minSizeFactor, 'minSizeFactor', { min: 0 });
  if (settings.maxSizeFactor !== Number.POSITIVE_INFINITY) {
    assertNumber(settings.maxSizeFactor, 'maxSizeFactor', { min: 0, aboveMin: true });
  }
  assertOneOf(settings.meanSize, ['count', 'seeds'], 'meanSize');
  return settings;
}
