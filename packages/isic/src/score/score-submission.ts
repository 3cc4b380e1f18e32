/** Scoring a submission of any task by the challenge's rules; leans on the files beside it and @lesion/metrics. */
import { assertNumber, assertOneOf, describe, invalidArgument, resolveOptions } from '@lesion/core';
import { PROTOCOLS } from '@lesion/metrics';
import { scoreClassification } from './classification.js';
import { scoreFeatures } from './features.js';
import { refuseIfNothingScored } from './problems.js';
import type { ScoreRequest, TaskOutcome } from './request.js';
import { scoreSegmentation } from './segmentation.js';
import type { ChallengeTask, ScoreSubmissionOptions, SubmissionScore } from './types.js';

const SCORERS: Record<ChallengeTask, (request: ScoreRequest) => Promise<TaskOutcome>> = {
  1: scoreSegmentation,
  2: scoreFeatures,
  3: scoreClassification,
};

function assertPath(value: unknown, name: string): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  throw invalidArgument({
    what: 'not a path',
    where: name,
    got: describe(value),
    expected: 'the path of a file or folder',
  });
}

/**
 * Scores predictions of the challenge's tasks by its official metrics.
 *
 * Images are read one after another, a few at a time, so memory does not grow with the size of the submission. A
 * submission that lacks predictions is refused, as the challenge refused it, unless `allowMissing` is set. A file (or
 * a line of a CSV) that cannot be used does not spoil the rest: it becomes one of the `problems`, the others are
 * scored. **Look at `problems`** before you report a figure: with any of them it is not the score of the whole
 * submission.
 *
 * Metrics: eqs. (3) to (6) of https://doi.org/10.3390/s18020556; rules: `createSegmentationProtocol` and its
 * siblings of `@lesion/metrics`. On the validation set of ISIC 2017 expect seconds; a bootstrap of task 2 takes longest.
 *
 * @throws LesionError `NOT_FOUND` if truth or predictions do not exist or hold nothing of the expected names;
 *   `INVALID_FILE` if predictions are missing, a CSV lacks a column, or no image at all could be scored;
 *   `INVALID_ARGUMENT` for wrong options, an unknown `where` column included; `ABORTED` if the signal was raised.
 * @example
 * ```ts
 * const score = await scoreSubmission({ task: 3, truth: 'truth.csv', prediction: 'predictions.csv' });
 * score.perClass?.melanoma?.AUC;
 * for (const problem of score.problems) console.warn(problem.message);
 * ```
 */
export async function scoreSubmission(options: ScoreSubmissionOptions): Promise<SubmissionScore> {
  const resolved = resolveOptions(
    options,
    {
      task: undefined,
      truth: undefined,
      prediction: undefined,
      protocol: 'isic2017',
      where: undefined,
      superpixels: undefined,
      allowMissing: false,
      bootstrap: 0,
      confidence: 0.95,
      seed: 0,
      concurrency: 4,
      onProgress: undefined,
      signal: undefined,
    },
    'scoreSubmission',
  );
  const { task, bootstrap, confidence, seed, ...request } = resolved;
  assertOneOf(task, [1, 2, 3], 'task');
  assertOneOf(request.protocol, PROTOCOLS, 'protocol');
  assertPath(request.truth, 'truth');
  assertPath(request.prediction, 'prediction');
  assertNumber(bootstrap, 'bootstrap', { min: 0, integer: true });
  assertNumber(confidence, 'confidence', { min: 0, aboveMin: true, max: 1 });
  assertNumber(request.concurrency, 'concurrency', { min: 1, integer: true });
  if (request.superpixels !== undefined && task !== 2) {
    throw invalidArgument({
      what: 'only task 2 has superpixels',
      where: 'superpixels',
      got: `task ${task}`,
      mend: 'Leave superpixels out, or score task 2.',
    });
  }

  const { protocol, expected, missing, extra, problems } = await SCORERS[task](request as ScoreRequest);
  refuseIfNothingScored(protocol.count, problems);
  const { count, metrics, perClass, perImage } = protocol.compute();
  const intervals =
    bootstrap > 0 ? protocol.bootstrap({ replicates: bootstrap, confidence, seed }) : undefined;
  return {
    task,
    protocol: request.protocol,
    count,
    expected,
    metrics,
    perClass,
    ...(intervals === undefined ? {} : { intervals }),
    perImage,
    missing,
    extra,
    problems,
  };
}
