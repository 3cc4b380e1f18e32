/** One image of a report: its overlays and maps as thumbnails, and its figures. Leans on @lesion/report. */
import {
  contiguousData,
  createScalarMap,
  inWords,
  LESION_CLASSES,
  type LesionClass,
  resizeMaps,
  resizeScalarMap,
  type ScalarMap,
  type Size,
  scaledSize,
  sizeOf,
} from '@lesion/core';
import { confusionCounts, segmentationMetrics } from '@lesion/metrics';
import type { ReportImage, ReportPicture } from '@lesion/report';
import type { EvaluatedImage, ImagePrediction } from '@lesion/train';
import { featureCounts } from '../feature-counts.js';
import { drawLesion, type OverlaySubject } from '../overlays.js';

/** What a report tells of an image: a prediction, and the truth as far as it is known. */
export type ReportSubject = OverlaySubject & Partial<Pick<EvaluatedImage, 'record' | 'features'>>;

/** Short sides in pixels: outlines are thin and need some, maps are smooth and do with few. */
const OVERLAY_SIDE = 176;
const MAP_SIDE = 96;

const QUALITY = 75;

type Lin = NonNullable<ImagePrediction['lin']>;

/** One class's refined map out of all. */
function mapOf(maps: Float32Array, size: Size, channel: number): ScalarMap {
  const map = createScalarMap(size);
  for (let i = 0; i < map.data.length; i++) map.data[i] = maps[i * LESION_CLASSES.length + channel]!;
  return map;
}

/** The distance map and the refined map of each class. Reduced before they are coloured, which is quicker. */
async function mapPictures(
  id: string,
  { distanceMap, refinedMaps }: Lin,
): Promise<{ distanceMap: ReportPicture; refinedMaps: Record<LesionClass, ReportPicture> }> {
  const { drawHeatMap, picture } = await import('@lesion/report');
  const whole = sizeOf(distanceMap);
  const size =
    Math.min(whole.height, whole.width) <= MAP_SIDE ? whole : scaledSize(whole, { shortSide: MAP_SIDE });
  const draw = (map: ScalarMap, description: string): ReportPicture =>
    picture(drawHeatMap(map), { description, quality: QUALITY });
  const small = contiguousData(resizeMaps(refinedMaps, size));
  const refined = LESION_CLASSES.map((name, channel) => [
    name,
    draw(mapOf(small as Float32Array, size, channel), `refined map of ${id}, ${inWords(name)}`),
  ]);
  return {
    distanceMap: draw(resizeScalarMap(distanceMap, size), `distance map of ${id}`),
    refinedMaps: Object.fromEntries(refined) as Record<LesionClass, ReportPicture>,
  };
}

/**
 * One image of a report. What is kept is some 30 kB of thumbnails; the image itself may go.
 *
 * @param models whose result it is where there are several; stands behind the image's id
 */
export async function reportImage(subject: ReportSubject, models?: string): Promise<ReportImage> {
  const { drawFeatures, picture } = await import('@lesion/report');
  const { id, record, image, mask, lin, lfn } = subject;
  const truth = record?.diagnosis;
  const scores = lin?.probabilities ?? lin?.indexes;
  const overlap =
    lin === undefined || mask === undefined
      ? undefined
      : segmentationMetrics(confusionCounts(mask, lin.mask)).JA;
  const measures = {
    ...(overlap === undefined ? {} : { JA: Number.isNaN(overlap) ? null : overlap }),
    // Low where the diagnosis is missed, so that sorting by it finds these.
    ...(truth === undefined || scores === undefined ? {} : { 'true class': scores[truth] }),
  };
  const overlay = { shortSide: OVERLAY_SIDE, quality: QUALITY };
  return {
    id: models === undefined ? id : `${id}, ${models}`,
    truth,
    pictures: {
      outline: picture(await drawLesion(subject), {
        ...overlay,
        description: `${lin === undefined ? 'image' : 'lesion outline of'} ${id}${mask === undefined ? '' : ': result and truth'}`,
      }),
      ...(lin === undefined ? {} : await mapPictures(id, lin)),
      ...(lfn === undefined
        ? {}
        : {
            features: picture(drawFeatures(image, lfn.labels, lfn.features), {
              ...overlay,
              description: `superpixels of ${id} that carry a feature`,
            }),
          }),
    },
    ...(lin === undefined ? {} : { indexes: lin.indexes }),
    ...(lin?.probabilities === undefined ? {} : { probabilities: lin.probabilities }),
    ...(Object.keys(measures).length === 0 ? {} : { measures }),
    ...(lfn === undefined
      ? {}
      : {
          featureCounts: featureCounts(lfn),
        }),
    ...(lin?.emptyMask === true ? { note: 'no lesion was found' } : {}),
  };
}
