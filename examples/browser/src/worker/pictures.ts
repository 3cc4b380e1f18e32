/** What is computed, as pictures. Leans on @lesion/report, and on arrays alone. */
import {
  type BinaryMask,
  type ClassMaps,
  contiguousData,
  createBinaryMask,
  createClassMaps,
  createLabelMap,
  createRgbImage,
  createScalarMap,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  type LabelMap,
  LESION_CLASSES,
  type RgbImage,
  resizeImage,
  type ScalarMap,
  type Size,
  sizeOf,
} from '@lesion/core';
import type { LesionAnalysis } from '@lesion/licu';
import { drawFeatures, drawHeatMap, drawOutline, drawSuperpixels, type FeatureValues } from '@lesion/report';
import type { FeatureDisplay, Pixels, View } from '../protocol.js';

/** Width of the strip's pictures, in pixels. */
const THUMBNAIL_WIDTH = 192;

/** All that pictures are made of, at one size. */
export interface Scene {
  image: RgbImage;
  analysis?: Pick<LesionAnalysis, 'mask' | 'distanceMap' | 'refinedMaps'> | undefined;
  superpixels?: { labels: LabelMap; features: FeatureValues | undefined } | undefined;
}

/** RGB as a canvas takes it. */
export function toPixels(image: RgbImage): Pixels {
  const rgb = contiguousData(image);
  const data = new Uint8ClampedArray((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; to++) {
    data[to++] = rgb[from++]!;
    data[to++] = rgb[from++]!;
    data[to++] = rgb[from++]!;
    data[to] = 255;
  }
  return { ...sizeOf(image), data };
}

function channelOf(maps: ClassMaps, channel: number): ScalarMap {
  const size = sizeOf(maps);
  const channels = maps.shape[2]!;
  const values = contiguousData(maps);
  const out = new Float32Array(size.height * size.width);
  for (let i = 0, at = channel; i < out.length; i++, at += channels) out[i] = values[at]!;
  return createScalarMap(size, out);
}

function maskPicture(mask: BinaryMask): RgbImage {
  const inside = contiguousData(mask);
  const data = new Uint8Array(inside.length * 3);
  for (let i = 0; i < inside.length; i++) if (inside[i] === 1) data.fill(255, 3 * i, 3 * i + 3);
  return createRgbImage(sizeOf(mask), data);
}

function superpixelPicture(
  image: RgbImage,
  { labels, features }: NonNullable<Scene['superpixels']>,
  { lines, shown, threshold }: FeatureDisplay,
): RgbImage {
  const lined = lines ? drawSuperpixels(image, labels, { colour: [255, 255, 255], alpha: 0.45 }) : image;
  if (features === undefined) return lined;
  const wanted: Partial<Record<DermoscopicFeature, Uint8Array | Float32Array>> = {};
  for (const name of DERMOSCOPIC_FEATURES) {
    const values = features[name];
    if (values !== undefined && shown.includes(name)) wanted[name] = values;
  }
  return drawFeatures(lined, labels, wanted, { threshold });
}

/** Draws a view of a scene; undefined where what it shows is not there yet. */
export function drawView(scene: Scene, view: View, display: FeatureDisplay): RgbImage | undefined {
  const { image, analysis, superpixels } = scene;
  if (view === 'superpixels') {
    return superpixels && superpixelPicture(image, superpixels, display);
  }
  if (analysis === undefined) return undefined;
  switch (view) {
    case 'outline':
      return drawOutline(image, analysis.mask);
    case 'mask':
      return maskPicture(analysis.mask);
    case 'distance':
      return drawHeatMap(analysis.distanceMap);
    default:
      return drawHeatMap(channelOf(analysis.refinedMaps, LESION_CLASSES.indexOf(view)));
  }
}

/** Every so manieth row and column: quick, and fine enough for a thumbnail. */
function sampled<T extends Uint8Array | Int32Array | Float32Array>(
  values: T,
  from: Size,
  to: Size,
  channels: number,
): T {
  const out = new (values.constructor as new (length: number) => T)(to.height * to.width * channels);
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * from.height) / to.height) * from.width;
    for (let x = 0; x < to.width; x++) {
      const pixel = row + Math.floor(((x + 0.5) * from.width) / to.width);
      for (let channel = 0; channel < channels; channel++) out[at++] = values[pixel * channels + channel]!;
    }
  }
  return out;
}

/** The photo in a thumbnail's size: made once a photo. */
export function thumbnailImage(image: RgbImage): RgbImage {
  const { height, width } = sizeOf(image);
  if (width <= THUMBNAIL_WIDTH) return image;
  return resizeImage(image, {
    height: Math.max(1, Math.round((height * THUMBNAIL_WIDTH) / width)),
    width: THUMBNAIL_WIDTH,
  });
}

/** A scene in a thumbnail's size. */
export function thumbnailScene(scene: Scene, thumbnail: RgbImage): Scene {
  const from = sizeOf(scene.image);
  const to = sizeOf(thumbnail);
  const { analysis, superpixels } = scene;
  return {
    image: thumbnail,
    analysis: analysis && {
      mask: createBinaryMask(to, sampled(contiguousData(analysis.mask), from, to, 1)),
      distanceMap: createScalarMap(to, sampled(contiguousData(analysis.distanceMap), from, to, 1)),
      refinedMaps: createClassMaps(
        to,
        LESION_CLASSES.length,
        sampled(contiguousData(analysis.refinedMaps), from, to, LESION_CLASSES.length),
      ),
    },
    superpixels: superpixels && sampledSuperpixels(superpixels, from, to),
  };
}

/** Many superpixels have no pixel in a thumbnail, perhaps not the last ones: their values are left out. */
function sampledSuperpixels(
  { labels, features }: NonNullable<Scene['superpixels']>,
  from: Size,
  to: Size,
): NonNullable<Scene['superpixels']> {
  const few = sampled(contiguousData(labels), from, to, 1);
  const count = few.reduce((most, label) => Math.max(most, label), 0) + 1;
  const values: FeatureValues = {};
  for (const name of DERMOSCOPIC_FEATURES) {
    const all = features?.[name];
    if (all !== undefined) values[name] = all.subarray(0, count);
  }
  return { labels: createLabelMap(to, few), features: features && values };
}
