/** Means that leave undefined values out. Leans on nothing. */

/**
 * The mean of the values that are not NaN; NaN if there is none.
 * @param multiplicities How often each value counts; each once if not given.
 */
export function meanOfDefined(values: ArrayLike<number>, multiplicities?: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const times = multiplicities === undefined ? 1 : multiplicities[i]!;
    sum += times * value;
    count += times;
  }
  return sum / count;
}
