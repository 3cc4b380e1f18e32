/** Starts asynchronous work a few items ahead and hands the results out in order. */

/**
 * @param items what to work on
 * @param ahead how many items may be under way at once beyond the one that is waited for
 * @param work the work; the first that fails ends the sequence with its error
 */
export async function* inOrderAhead<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const pending: Promise<Result>[] = [];
  let next = 0;
  const fill = (): void => {
    while (next < items.length && pending.length <= ahead) {
      const result = work(items[next++]!);
      // The error is thrown when its turn comes; until then it must not count as unhandled.
      result.catch(() => {});
      pending.push(result);
    }
  };
  fill();
  while (pending.length > 0) {
    const result = await pending.shift()!;
    fill();
    yield result;
  }
}
