// Matchers for arrays of numbers, registered for every package's tests.
import { expect } from 'vitest';

interface ArrayOfNumbers {
  shape?: number[];
  data?: ArrayLike<number>;
  get?: (...index: number[]) => number;
}

/** Values in row-major order of an ndarray (views too), a typed array or a plain array. */
function valuesOf(received: unknown): { values: number[]; shape: number[] } {
  const array = received as ArrayOfNumbers;
  if (array && Array.isArray(array.shape) && array.get) {
    const { shape } = array;
    const values: number[] = [];
    const visit = (index: number[]): void => {
      if (index.length === shape.length) values.push(array.get!(...index));
      else for (let i = 0; i < shape[index.length]!; i++) visit([...index, i]);
    };
    visit([]);
    return { values, shape };
  }
  const flat = (
    Array.isArray(received)
      ? (received as unknown[]).flat(Number.POSITIVE_INFINITY)
      : [...(received as Iterable<number>)]
  ) as number[];
  return { values: flat, shape: [flat.length] };
}

function place(index: number, shape: number[]): string {
  const at: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${at.join(', ')}]`;
}

expect.extend({
  /** Every value within `tolerance` (absolute) of the expected one; NaN equals NaN. */
  toBeAllClose(received: unknown, expected: unknown, tolerance = 1e-6) {
    const a = valuesOf(received);
    const b = valuesOf(expected);
    if (a.values.length !== b.values.length) {
      return { pass: false, message: () => `${a.values.length} values, expected ${b.values.length}` };
    }
    let worst = -1;
    let worstDifference = tolerance;
    for (let i = 0; i < a.values.length; i++) {
      const x = a.values[i]!;
      const y = b.values[i]!;
      if (Object.is(x, y) || x === y) continue;
      const difference = Math.abs(x - y);
      if (!(difference <= worstDifference)) {
        worst = i;
        worstDifference = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      }
    }
    return {
      pass: worst < 0,
      message: () =>
        worst < 0
          ? 'all values are close'
          : `at ${place(worst, a.shape)}: ${a.values[worst]}, expected ${b.values[worst]} within ${tolerance}`,
    };
  },
  /** A mask or label map drawn as rows of characters: `.` for 0, digits else. */
  toMatchMask(received: unknown, rows: string[]) {
    const { values, shape } = valuesOf(received);
    const width = shape[1] ?? shape[0]!;
    const drawn: string[] = [];
    for (let y = 0; y < values.length / width; y++) {
      drawn.push(
        values
          .slice(y * width, (y + 1) * width)
          .map((value) => (value === 0 ? '.' : value.toString(36)))
          .join(''),
      );
    }
    const pass = drawn.length === rows.length && drawn.every((row, i) => row === rows[i]);
    return { pass, message: () => `got\n${drawn.join('\n')}\nexpected\n${rows.join('\n')}` };
  },
});

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the type parameter must match vitest's own declaration
  interface Matchers<T = any> {
    toBeAllClose(expected: unknown, tolerance?: number): T;
    toMatchMask(rows: string[]): T;
  }
}
