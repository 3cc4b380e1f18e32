/** Task 3: predicted probabilities of melanoma and seborrheic keratosis against the diagnoses. */
import { invalidFile } from '@lesion/core';
import { createClassificationProtocol } from '@lesion/metrics';
import { type BadLine, type ClassificationTable, readClassificationTable } from './classification-table.js';
import { forEachImage } from './each-image.js';
import { matchPredictions } from './listing.js';
import { problemOf } from './problems.js';
import type { ScoreRequest, TaskOutcome } from './request.js';
import { selectWhere } from './where.js';

/** The truth measures everything else, so a single bad line in it is refused. */
async function readTruth(path: string): Promise<ClassificationTable> {
  const table = await readClassificationTable(path, 'truth');
  const first = table.problems[0];
  if (first !== undefined) throw first.error;
  return table;
}

function unknownIds(
  predictions: ClassificationTable,
  truths: ClassificationTable,
  request: ScoreRequest,
): BadLine[] {
  const problems: BadLine[] = [];
  for (const [id, { line }] of predictions.rows) {
    if (truths.rows.has(id)) continue;
    const error = invalidFile({
      what: 'unknown image id',
      where: `${request.prediction}:${line}`,
      got: JSON.stringify(id),
      expected: `an id of ${request.truth}`,
      mend: 'Remove the line, or give the truth of the same images.',
    });
    problems.push({ id, error });
  }
  return problems;
}

/** Scores a CSV against the true one. */
export async function scoreClassification(request: ScoreRequest): Promise<TaskOutcome> {
  const truths = await readTruth(request.truth);
  const predictions = await readClassificationTable(request.prediction, 'prediction');
  const wanted = await selectWhere([...truths.rows.keys()].sort(), request.where, request.truth);
  const unusable = new Set(predictions.problems.map(({ id }) => id));
  const { scored, missing } = matchPredictions(
    wanted.filter((id) => !unusable.has(id)),
    predictions.rows,
    {
      prediction: request.prediction,
      expected: 'a line for each image of the truth',
      allowMissing: request.allowMissing,
    },
  );
  const protocol = createClassificationProtocol({
    protocol: request.protocol,
    // The files of 2017 have no column for the nevus; the rules of 2018 want one.
    ...(request.protocol === 'isic2018' ? { restClass: 'nevus' } : {}),
  });
  await forEachImage(
    scored,
    async (id) => ({ truth: truths.rows.get(id)!.values, scores: predictions.rows.get(id)!.values }),
    (id, { truth, scores }) => protocol.update(id, truth, scores),
    request,
  );
  const chosen = new Set(wanted);
  const problems = [
    // Lines of images that `where` leaves out are no concern of this score.
    ...predictions.problems.filter(({ id }) => chosen.has(id) || !truths.rows.has(id)),
    ...unknownIds(predictions, truths, request),
  ].map(({ id, error }) => problemOf(id, error));
  return { protocol, expected: wanted.length, missing, extra: [], problems };
}
