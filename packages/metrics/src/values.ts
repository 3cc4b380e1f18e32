/** What the metrics take: labels and scores as plain arrays, typed arrays or ndarrays. Leans on core alone. */
import {
  areBinary,
  contiguousData,
  describe,
  invalidArgument,
  LesionError,
  type NdArray,
} from '@lesion/core';

type NumberArray = NdArray<Uint8Array> | NdArray<Int32Array> | NdArray<Float32Array>;

/** Truth as 0 and 1: a plain or typed array, or an ndarray such as a mask, read row by row. */
export type Labels = ArrayLike<number> | NumberArray;

/** Finite scores, larger where the positive class is likelier: a plain or typed array, or an ndarray. */
export type Scores = ArrayLike<number> | NumberArray;

/** The values of an argument in row-major order, without a copy where there is none needed. */
export function flatValues(values: Labels | Scores, name: string): ArrayLike<number> {
  const array = values as Partial<NdArray<Uint8Array>> | null | undefined;
  if (Array.isArray(array?.shape) && array.data !== undefined) {
    return contiguousData(array as NdArray<Uint8Array>);
  }
  if (typeof array === 'object' && typeof (array as ArrayLike<number> | null)?.length === 'number') {
    return values as ArrayLike<number>;
  }
  throw invalidArgument({
    what: 'not an array of numbers',
    where: name,
    got: describe(values),
    expected: 'an array, a typed array or an ndarray',
  });
}

/** @throws LesionError `INVALID_ARGUMENT` unless both hold equally many values. */
export function assertSameLength(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  names: readonly [string, string],
): void {
  if (first.length === second.length) return;
  throw invalidArgument({
    what: `${names[1]} has another length than ${names[0]}`,
    where: names[1],
    got: second.length,
    expected: first.length,
  });
}

/** The error for a label other than 0 and 1. */
export function notALabel(value: unknown, index: number, name: string): LesionError {
  return invalidArgument({
    what: 'holds a value other than 0 and 1',
    where: name,
    got: `${describe(value)} at index ${index}`,
    mend: 'Threshold it first.',
  });
}

/** Labels as bytes, checked. */
export function labelBytes(labels: ArrayLike<number>, name: string): Uint8Array {
  const out = new Uint8Array(labels.length);
  if (labels instanceof Uint8Array) {
    out.set(labels);
    if (areBinary(out)) return out;
  }
  for (let i = 0; i < out.length; i++) {
    const label = labels[i];
    if (label !== 0 && label !== 1) throw notALabel(label, i, name);
    out[i] = label;
  }
  return out;
}

/** Scores as doubles, checked; a copy, in which -0 is 0. */
export function scoreDoubles(scores: ArrayLike<number>, name: string): Float64Array {
  const out = new Float64Array(scores.length);
  if (scores instanceof Float64Array || scores instanceof Float32Array) {
    out.set(scores);
    // Turns NaN at the first score that is not finite.
    let finite = 0;
    for (let i = 0; i < out.length; i++) {
      const score = out[i]! + 0;
      finite += 0 * score;
      out[i] = score;
    }
    if (finite === 0) return out;
  }
  for (let i = 0; i < out.length; i++) {
    const score = scores[i]!;
    if (!Number.isFinite(score)) {
      throw new LesionError('NOT_FINITE', {
        what: 'holds a value that is not a finite number',
        where: name,
        got: `${describe(score)} at index ${i} of ${scores.length}`,
      });
    }
    out[i] = score + 0;
  }
  return out;
}

/** @throws LesionError `INVALID_ARGUMENT` unless every score lies in [0, 1]. */
export function assertProbabilities(scores: ArrayLike<number>, name: string): void {
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (score >= 0 && score <= 1) continue;
    throw invalidArgument({
      what: 'holds a score outside [0, 1]',
      where: name,
      got: `${describe(score)} at index ${i} of ${scores.length}`,
      mend: 'Give probabilities, for the threshold of 0.5 to mean something.',
    });
  }
}
