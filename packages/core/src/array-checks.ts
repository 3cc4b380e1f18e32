/**
 * Whether the values of an array are of a kind, as fast as JavaScript says so: yes or no. Which value is not, and where, is looked for
 * by whoever has to say so. Leans on nothing.
 */

/** The bits that bytes of 0 and 1 do not have, four bytes at once. */
const NOT_BINARY = 0xfefefefe;

/** All bits that any of the words has. */
function bitsOfAny(words: Int32Array): number {
  // Four sums that do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (const whole = words.length & ~3; i < whole; i += 4) {
    a |= words[i]!;
    b |= words[i + 1]!;
    c |= words[i + 2]!;
    d |= words[i + 3]!;
  }
  for (; i < words.length; i++) a |= words[i]!;
  return a | b | c | d;
}

/** Whether bytes are 0 or 1 throughout. */
export function areBinary(bytes: Uint8Array): boolean {
  const head = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = (bytes.length - head) >> 2;
  let bits = 0;
  for (let i = 0; i < head; i++) bits |= bytes[i]!;
  if (words > 0) bits |= bitsOfAny(new Int32Array(bytes.buffer, bytes.byteOffset + head, words));
  for (let i = head + 4 * words; i < bytes.length; i++) bits |= bytes[i]!;
  return (bits & NOT_BINARY) === 0;
}

/** Whether whole numbers are 0 or more throughout. */
export function areNotNegative(values: Int32Array): boolean {
  return bitsOfAny(values) >= 0;
}

/** Whether numbers are finite throughout. */
export function areFinite(values: ArrayLike<number>): boolean {
  if (values instanceof Float32Array) return areFinite32(values);
  if (values instanceof Float64Array) return areFinite64(values);
  // Other arrays of numbers of fixed size hold whole numbers.
  if (ArrayBuffer.isView(values)) return true;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

// Zero times a number is NaN unless that is finite, and NaN stays in the sum. Four sums do not wait for each other. Two
// functions, as one that meets arrays of both kinds takes longer with either.

function areFinite32(values: Float32Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (const whole = values.length & ~3; i < whole; i += 4) {
    a += 0 * values[i]!;
    b += 0 * values[i + 1]!;
    c += 0 * values[i + 2]!;
    d += 0 * values[i + 3]!;
  }
  for (; i < values.length; i++) a += 0 * values[i]!;
  return a + b + c + d === 0;
}

function areFinite64(values: Float64Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (const whole = values.length & ~3; i < whole; i += 4) {
    a += 0 * values[i]!;
    b += 0 * values[i + 1]!;
    c += 0 * values[i + 2]!;
    d += 0 * values[i + 3]!;
  }
  for (; i < values.length; i++) a += 0 * values[i]!;
  return a + b + c + d === 0;
}
