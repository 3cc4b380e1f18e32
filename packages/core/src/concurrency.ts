/** Concurrent work with results in order and bounded memory, and stopping on request. Leans on the errors alone. */
import { LesionError, type LesionErrorDetails } from './errors.js';
import { assertNumber, resolveOptions } from './validation.js';

/** Options of {@link mapInOrder}. */
export interface MapInOrderOptions {
  /**
   * How many items may be under way, or done and not yet taken, at once; at least 1.
   * @default 4
   */
  concurrency?: number | undefined;
}

async function* resultsInOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  concurrency: number,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  let next = 0;
  const fill = (): void => {
    while (next < items.length && begun.length < concurrency) {
      const item = items[next++]!;
      // Within an async function, so that what `work` throws at once waits for its turn as well.
      const result = (async () => work(item))();
      // A failure is thrown when its turn comes; until then it must not count as unhandled.
      result.catch(() => {});
      begun.push(result);
    }
  };
  fill();
  while (begun.length > 0) {
    const result = await begun.shift()!;
    // Before the result is handed out, so that work goes on while its taker is busy.
    fill();
    yield result;
  }
}

/**
 * Works on several items at a time and yields the results in the order of the items, so that sums over them do
 * not depend on which was ready first.
 *
 * Nothing begins before the first result is asked for. The first failure is thrown when its turn comes and ends
 * the sequence. Leaving the loop begins no further item; those under way run on, and their results and failures
 * are dropped.
 *
 * @throws LesionError `INVALID_ARGUMENT` for a wrong option, at once.
 * @example
 * ```ts
 * for await (const image of mapInOrder(paths, (path) => readImage(path), { concurrency: 8 })) add(image);
 * ```
 */
export function mapInOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  options?: MapInOrderOptions,
): AsyncGenerator<Result, void, undefined> {
  const { concurrency } = resolveOptions(options, { concurrency: 4 }, 'mapInOrder');
  assertNumber(concurrency, 'concurrency', { integer: true, min: 1 });
  return resultsInOrder(items, work, concurrency);
}

/**
 * Ends long work that was asked to stop.
 *
 * @param details Where it stopped and how to go on, for the message.
 * @throws LesionError `ABORTED` if the signal was raised.
 * @example
 * ```ts
 * throwIfAborted(signal, { where: 'checkDataset', mend: 'Run it again.' });
 * ```
 */
export function throwIfAborted(
  signal: AbortSignal | undefined,
  details: Pick<LesionErrorDetails, 'where' | 'mend'> = {},
): void {
  if (signal?.aborted) throw new LesionError('ABORTED', { what: 'stopped on request', ...details });
}
