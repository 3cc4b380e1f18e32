/** Task 2: predicted dermoscopic features against the true ones, superpixel by superpixel. */

import { DERMOSCOPIC_FEATURES, invalidFile } from '@lesion/core';
import { createFeatureProtocol } from '@lesion/metrics';
import { decodeLabels } from '@lesion/superpixel';
import { type FeatureValues, readFeatureFile } from '../feature-file.js';
import { readBytes } from '../read-bytes.js';
import { countSuperpixels } from '../superpixel-features.js';
import { forEachImage } from './each-image.js';
import { extraIds, listById, matchPredictions } from './listing.js';
import type { ScoreRequest, TaskOutcome } from './request.js';
import { selectWhere } from './where.js';

const SUFFIX = '_features.json';
const SUPERPIXELS_SUFFIX = '_superpixels.png';

interface Pair {
  truth: FeatureValues;
  prediction: FeatureValues;
}

const lengthOf = (values: FeatureValues): number => values[DERMOSCOPIC_FEATURES[0]].length;

async function readPair(
  truthPath: string,
  predictionPath: string,
  superpixelsPath: string | undefined,
): Promise<Pair> {
  const truth = await readFeatureFile(truthPath, 'truth');
  const prediction = await readFeatureFile(predictionPath, 'prediction');
  const superpixels =
    superpixelsPath === undefined
      ? undefined
      : countSuperpixels(decodeLabels(await readBytes(superpixelsPath), { source: superpixelsPath }));
  if (superpixels !== undefined && lengthOf(truth) !== superpixels) {
    throw invalidFile({
      what: 'the truth has another number of values than the image has superpixels',
      where: truthPath,
      got: lengthOf(truth),
      expected: `${superpixels}, as in ${superpixelsPath}`,
      mend: 'Take both files from the same version of the data set.',
    });
  }
  if (lengthOf(prediction) !== lengthOf(truth)) {
    throw invalidFile({
      what: 'the prediction has another number of superpixels than its truth',
      where: predictionPath,
      got: lengthOf(prediction),
      expected: `${lengthOf(truth)}, as ${truthPath}`,
      mend: "Predict for the challenge's own superpixels, in the order of their numbers.",
    });
  }
  return { truth, prediction };
}

/** Scores a folder of features JSON against a folder of true ones. */
export async function scoreFeatures(request: ScoreRequest): Promise<TaskOutcome> {
  const truths = await listById(request.truth, SUFFIX);
  const predictions = await listById(request.prediction, SUFFIX);
  const superpixels =
    request.superpixels === undefined ? undefined : await listById(request.superpixels, SUPERPIXELS_SUFFIX);
  const wanted = await selectWhere([...truths.keys()], request.where, request.truth);
  const { scored, missing } = matchPredictions(wanted, predictions, {
    prediction: request.prediction,
    expected: `ID${SUFFIX} for each image of the truth`,
    allowMissing: request.allowMissing,
  });
  const protocol = createFeatureProtocol({ protocol: request.protocol });
  const superpixelsOf = (id: string): string | undefined => {
    if (superpixels === undefined || superpixels.has(id)) return superpixels?.get(id);
    throw invalidFile({
      what: `there are no superpixels for ${id}`,
      where: request.superpixels!,
      expected: `${id}${SUPERPIXELS_SUFFIX}`,
      mend: 'Add the file, or score without looking at superpixels.',
    });
  };
  const problems = await forEachImage(
    scored,
    async (id) => readPair(truths.get(id)!, predictions.get(id)!, superpixelsOf(id)),
    (id, { truth, prediction }) => protocol.update(id, truth, prediction),
    request,
  );
  return {
    protocol,
    expected: wanted.length,
    missing,
    extra: extraIds(predictions, truths),
    problems,
  };
}
