/** Concurrent work with results in order and bounded memory. Leans on nothing but the abort helper. */
import { LesionError } from '@lesion/core';

/** @throws LesionError `ABORTED` if the signal was raised. */
export function throwIfAborted(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted) throw new LesionError('ABORTED', { what: 'stopped on request', where });
}

/**
 * Works on `items` with at most `concurrency` results begun and not yet taken, and yields the results in the
 * order of the items, so that sums over them do not depend on which file was read first.
 */
export async function* mapInOrder<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  concurrency: number,
): AsyncGenerator<R, void, undefined> {
  const begun: Promise<R>[] = [];
  let next = 0;
  while (next < items.length || begun.length > 0) {
    while (next < items.length && begun.length < concurrency) {
      const result = work(items[next++]!);
      // Failures surface when their turn comes; until then they must not count as unhandled.
      result.catch(() => undefined);
      begun.push(result);
    }
    yield await begun.shift()!;
  }
}
