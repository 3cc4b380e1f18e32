/** Reading images one after another, with those that cannot be used set aside as problems. */
import { mapInOrder, throwIfAborted } from '@lesion/core';
import { attempt } from './problems.js';
import type { ScoreRequest } from './request.js';
import type { ScoreProblem } from './types.js';

/**
 * Reads images concurrently and adds them up in the order of their ids.
 *
 * @param read Reads what belongs to an image; its errors become the image's problem.
 * @param add Adds it to the score.
 * @returns The images that could not be used.
 */
export async function forEachImage<T>(
  ids: readonly string[],
  read: (id: string) => Promise<T>,
  add: (id: string, value: T) => void,
  request: Pick<ScoreRequest, 'concurrency' | 'onProgress' | 'signal'>,
): Promise<ScoreProblem[]> {
  const { concurrency, onProgress, signal } = request;
  const problems: ScoreProblem[] = [];
  let done = 0;
  throwIfAborted(signal, { where: 'scoreSubmission' });
  for await (const tried of mapInOrder(ids, (id) => attempt(id, () => read(id)), { concurrency })) {
    const { id } = tried;
    throwIfAborted(signal, { where: 'scoreSubmission' });
    if ('problem' in tried) problems.push(tried.problem);
    else add(id, tried.value);
    done++;
    onProgress?.({ done, total: ids.length, id });
  }
  return problems;
}
