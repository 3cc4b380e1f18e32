/** Task 1: predicted lesion masks against the true ones. Memory holds only the masks of the images under way. */
import { type BinaryMask, formatSize, invalidFile, sizeOf } from '@lesion/core';
import { createSegmentationProtocol } from '@lesion/metrics';
import { readMask } from '@lesion/preprocess/node';
import { forEachImage } from './each-image.js';
import { extraIds, listById, matchPredictions } from './listing.js';
import type { ScoreRequest, TaskOutcome } from './request.js';
import { selectWhere } from './where.js';

const SUFFIX = '_segmentation.png';

async function readPair(truthPath: string, predictionPath: string): Promise<[BinaryMask, BinaryMask]> {
  const [truth, prediction] = await Promise.all([readMask(truthPath), readMask(predictionPath)]);
  const expected = sizeOf(truth);
  const got = sizeOf(prediction);
  if (expected.height !== got.height || expected.width !== got.width) {
    throw invalidFile({
      what: 'the mask has another size than its truth',
      where: predictionPath,
      got: formatSize(got),
      expected: `${formatSize(expected)} (width x height), as ${truthPath}`,
      mend: "Predict at the image's own size, or resize the mask with the nearest rule.",
    });
  }
  return [truth, prediction];
}

/** Scores a folder of masks against a folder of true ones. */
export async function scoreSegmentation(request: ScoreRequest): Promise<TaskOutcome> {
  const truths = await listById(request.truth, SUFFIX);
  const predictions = await listById(request.prediction, SUFFIX);
  const wanted = await selectWhere([...truths.keys()], request.where, request.truth);
  const { scored, missing } = matchPredictions(wanted, predictions, {
    prediction: request.prediction,
    expected: `ID${SUFFIX} for each image of the truth`,
    allowMissing: request.allowMissing,
  });
  const protocol = createSegmentationProtocol({ protocol: request.protocol });
  const problems = await forEachImage(
    scored,
    (id) => readPair(truths.get(id)!, predictions.get(id)!),
    (id, [truth, prediction]) => protocol.update(id, truth, prediction),
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
