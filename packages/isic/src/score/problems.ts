/** Turning errors about one image into problems that are reported beside the results of the others. */
import { LesionError } from '@lesion/core';
import type { ScoreProblem } from './types.js';

/** What an attempt at one image came to. */
export type Attempt<T> = { id: string; value: T } | { id: string; problem: ScoreProblem };

/** Tries one image; bad files become a problem, anything else (a bug, a request to stop) is thrown on. */
export async function attempt<T>(id: string, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { id, value: await work() };
  } catch (error) {
    if (!LesionError.isInstance(error) || error.code === 'ABORTED') throw error;
    return { id, problem: problemOf(id, error) };
  }
}

/** The problem that an error describes. */
export function problemOf(id: string, error: LesionError): ScoreProblem {
  return { id, code: error.code, message: error.message };
}

/** @throws LesionError of the first problem if no image at all could be scored. */
export function refuseIfNothingScored(count: number, problems: readonly ScoreProblem[]): void {
  const first = problems[0];
  if (count > 0 || first === undefined) return;
  const others = problems.length - 1;
  const stop = /[.?!]$/.test(first.message) ? '' : '.';
  const rest = others === 0 ? '' : `${stop} And ${others} more problem${others === 1 ? '' : 's'}.`;
  throw new LesionError(first.code, { what: `none of the images could be scored: ${first.message}${rest}` });
}
