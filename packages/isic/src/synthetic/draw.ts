/**
 * Draws one synthetic dermoscopy image with everything that is known about it. Runs anywhere; leans on
 * @lesion/core and the painters beside it.
 */
import {
  assertNumber,
  assertOneOf,
  type BinaryMask,
  createBinaryMask,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  invalidArgument,
  LESION_CLASSES,
  type LesionClass,
  type RgbImage,
  resolveOptions,
  SeededRandom,
  type Size,
} from '@lesion/core';
import { type Artefacts, paintArtefacts } from './artefacts.js';
import { paintCysts } from './cysts.js';
import { createFrame, createLayers, type Frame, type Point } from './frame.js';
import { darkenRim, expose, lightThrough } from './light.js';
import { paintNegativeNetwork, paintPigmentNetwork } from './network.js';
import { createOutline } from './outline.js';
import { drawOutlineShape, paintLesion } from './pigment.js';
import { drawDiagnosis, drawFeatures } from './plan.js';
import { drawSkinType, paintSkin } from './skin.js';
import { paintStreaks } from './streaks.js';

/** The smallest side of a synthetic image: below it no lesion with structures fits in. */
const SMALLEST_SIDE = 48;

/** What {@link drawSyntheticLesion} is to draw. */
export interface SyntheticLesionOptions {
  /** The diagnosis whose look is drawn. @default drawn at random, 19% melanoma, 13% seborrheic keratosis */
  diagnosis?: LesionClass | undefined;
  /** Height and width in pixels, each at least 48. @default { height: 256, width: 341 } */
  size?: Size | undefined;
  /** The seed of every random choice; not together with `random`. @default 0 */
  seed?: number | string | undefined;
  /** A stream to take the seed from; it moves on, so that the next call draws another image. */
  random?: SeededRandom | undefined;
  /** The dermoscopic features to draw, none or several. @default drawn at random for the diagnosis */
  features?: readonly DermoscopicFeature[] | undefined;
  /** Whether hairs, ruler marks, bubbles, glare and dark corners may lie over the skin. @default true */
  artefacts?: boolean | undefined;
}

/** A position in pixels; fractions count from the top left pixel's centre. */
export interface PixelPosition {
  row: number;
  column: number;
}

/** What was drawn and where. */
export interface SyntheticDescription {
  diagnosis: LesionClass;
  /** The features drawn, in the challenge's order. */
  features: DermoscopicFeature[];
  /** Fitzpatrick skin type, 1 (pale) to 6 (dark). */
  skinType: number;
  /** The lesion's centre. */
  centre: PixelPosition;
  /** The lesion's mean radius in pixels. */
  radius: number;
  /** Each milia-like cyst with its radius in pixels. */
  cysts: (PixelPosition & { radius: number })[];
  /** Each streak, from its root in the lesion to its tip. */
  streaks: { root: PixelPosition; tip: PixelPosition }[];
  /** The number of hairs. */
  hairs: number;
  /** Whether ruler marks are in the image. */
  ruler: boolean;
  /** The number of gel bubbles. */
  bubbles: number;
  /** Whether the round window of the dermatoscope cuts the corners off. */
  window: boolean;
}

/** A synthetic image and its ground truth. */
export interface SyntheticLesion {
  /** `[height, width, 3]`, 0 to 255. */
  image: RgbImage;
  /** The lesion, in one piece: 1 inside. */
  mask: BinaryMask;
  /** The place of each feature, inside the lesion's mask; all 0 for a feature that was not drawn. */
  featureMasks: Record<DermoscopicFeature, BinaryMask>;
  description: SyntheticDescription;
}

function toPixel(frame: Frame, point: Point): PixelPosition {
  return {
    row: point.y * frame.unit + frame.height / 2 - 0.5,
    column: point.x * frame.unit + frame.width / 2 - 0.5,
  };
}

function streamOf(seed: number | string | undefined, random: SeededRandom | undefined): SeededRandom {
  if (random === undefined) return new SeededRandom(seed ?? 0);
  if (seed !== undefined) {
    throw invalidArgument({
      what: 'seed and random cannot both be given',
      where: 'drawSyntheticLesion',
      mend: 'Leave one of them out.',
    });
  }
  return new SeededRandom(`${random.uint32()},${random.uint32()}`);
}

/**
 * Draws a plausible dermoscopy image: skin, a lesion that looks like its diagnosis, dermoscopic features
 * in known places, and artefacts over them.
 *
 * Lengths are relative to the short side, so the same seed draws the same lesion at any size of the same aspect,
 * but for sensor noise and for structures that would be too fine to see in a small image.
 *
 * @returns Image `[height, width, 3]`, lesion mask and feature places `[height, width]`, and a description.
 * @throws LesionError `INVALID_ARGUMENT` for an option out of range or unknown.
 * @example
 * ```ts
 * const { image, mask, featureMasks } = drawSyntheticLesion({ diagnosis: 'melanoma', features: ['streaks'], seed: 7 });
 * image.shape; // [256, 341, 3]
 * ```
 */
export function drawSyntheticLesion(options?: SyntheticLesionOptions): SyntheticLesion {
  const resolved = resolveOptions(
    options,
    {
      diagnosis: undefined,
      size: { height: 256, width: 341 },
      seed: undefined,
      random: undefined,
      features: undefined,
      artefacts: true,
    },
    'drawSyntheticLesion',
  );
  const { size } = resolved;
  for (const side of ['height', 'width'] as const) {
    assertNumber(size?.[side], `size.${side}`, { integer: true, min: SMALLEST_SIDE });
  }
  const random = streamOf(resolved.seed, resolved.random);
  const diagnosis = resolved.diagnosis ?? drawDiagnosis(random.fork('diagnosis'));
  assertOneOf(diagnosis, LESION_CLASSES, 'diagnosis');
  const wanted = resolved.features ?? drawFeatures(diagnosis, random.fork('features'));
  for (const feature of wanted) assertOneOf(feature, DERMOSCOPIC_FEATURES, 'features');
  const features = DERMOSCOPIC_FEATURES.filter((feature) => wanted.includes(feature));

  const frame = createFrame(size);
  const layers = createLayers(frame);
  const skinType = drawSkinType(random.fork('skin type'));
  paintSkin(layers, skinType, random.fork('skin'));
  const shape = drawOutlineShape(frame, diagnosis, random.fork('shape'));
  const outline = createOutline(frame, shape, random.fork('outline'));
  paintLesion(layers, outline, diagnosis, random.fork('lesion'));

  const length = frame.height * frame.width;
  const has = (feature: DermoscopicFeature) => features.includes(feature);
  // Two networks lie on opposite sides, so that neither leaves the other without room.
  const direction = random.fork('direction').uniform(0, 2 * Math.PI);
  const half = has('pigment_network') && has('negative_network');
  const negativeNetwork = has('negative_network')
    ? paintNegativeNetwork(layers, outline, { direction, half }, random.fork('negative network'))
    : new Uint8Array(length);
  const pigmentNetwork = has('pigment_network')
    ? paintPigmentNetwork(
        layers,
        outline,
        { direction: direction + Math.PI, half: false },
        negativeNetwork,
        random.fork('pigment network'),
      )
    : new Uint8Array(length);
  const streaks = has('streaks')
    ? paintStreaks(layers, outline, random.fork('streaks'))
    : { lines: [], place: new Uint8Array(length) };
  const clusters = random.fork('clusters').integer(3) + (diagnosis === 'seborrheic_keratosis' ? 3 : 1);
  const cysts = has('milia_like_cyst')
    ? paintCysts(layers, outline, clusters, random.fork('cysts'))
    : { cysts: [], place: new Uint8Array(length) };

  // As an annotator would, the mask runs around the tips of the streaks.
  const inside = new Uint8Array(length);
  for (let i = 0; i < length; i++) inside[i] = outline.depth[i]! > 0 || streaks.place[i] ? 1 : 0;
  for (const place of [pigmentNetwork, negativeNetwork]) {
    for (let i = 0; i < length; i++) if (!inside[i]) place[i] = 0;
  }

  const light = lightThrough(layers, random.fork('light'));
  let drawn: Artefacts = { hairs: 0, ruler: false, bubbles: 0 };
  let window = false;
  if (resolved.artefacts) {
    drawn = paintArtefacts(light, frame, random.fork('artefacts'));
    window = darkenRim(light, frame, random.fork('rim'));
  }
  const image = expose(light, frame, random.fork('sensor'));

  return {
    image,
    mask: createBinaryMask(size, inside),
    featureMasks: {
      pigment_network: createBinaryMask(size, pigmentNetwork),
      negative_network: createBinaryMask(size, negativeNetwork),
      milia_like_cyst: createBinaryMask(size, cysts.place),
      streaks: createBinaryMask(size, streaks.place),
    },
    description: {
      diagnosis,
      features,
      skinType,
      centre: toPixel(frame, shape.centre),
      radius: shape.radius * frame.unit,
      cysts: cysts.cysts.map(({ centre, radius }) => ({
        ...toPixel(frame, centre),
        radius: radius * frame.unit,
      })),
      streaks: streaks.lines.map(({ from, to }) => ({ root: toPixel(frame, from), tip: toPixel(frame, to) })),
      ...drawn,
      window,
    },
  };
}
