/**
 * Float32 values in fewer bytes and back: as IEEE half-precision numbers, or as bytes with one scale a channel.
 * Leans on `@lesion/core` and a library for half precision, which Node 20 lacks.
 */
import { assertAllFinite, LesionError } from '@lesion/core';
import { Float16Array } from '@petamoriken/float16';

/** How the values of an array are stored: in 4, 2 or 1 byte each. */
export const ARRAY_PRECISIONS = ['float32', 'float16', 'int8'] as const;
/** One of {@link ARRAY_PRECISIONS}. */
export type ArrayPrecision = (typeof ARRAY_PRECISIONS)[number];

/** The largest number of half precision. */
const LARGEST_FLOAT16 = 65504;

/** Its bits but the sign's, and what they are for infinity. */
const SIGNLESS = 0x7fff;
const INFINITY = 0x7c00;

/** Whole steps from zero to the largest value of a channel; -128 is left unused, so that steps are symmetric. */
const LARGEST_STEP = 127;

/** The smallest normal float32: any multiple of it by a step is exact. */
const SMALLEST_SCALE = 2 ** -126;

/**
 * Rounds to half precision, to the nearest and of two alike the even one; small values become subnormal.
 *
 * @param name names the array in errors
 * @returns two bytes a value
 * @throws LesionError `NOT_FINITE` where a value is not finite or rounds to infinity
 */
export function toFloat16(values: Float32Array, name: string): Uint8Array {
  assertAllFinite(values, name);
  const { buffer } = new Float16Array(values);
  const beyond = new Uint16Array(buffer).findIndex((bits) => (bits & SIGNLESS) === INFINITY);
  if (beyond >= 0) {
    throw new LesionError('NOT_FINITE', {
      what: 'too large for half precision',
      where: name,
      got: `${values[beyond]} at index ${beyond} of ${values.length}`,
      expected: `at most ${LARGEST_FLOAT16} from zero`,
      mend: 'Store it as float32 or int8.',
    });
  }
  return new Uint8Array(buffer);
}

/** The value of each 16 bits, looked up: the library converts one by one, which takes ten times as long. */
let valueOfBits: Float32Array | undefined;

/** Reads what {@link toFloat16} wrote; exact, as every half-precision number is a float32. */
export function fromFloat16(bytes: Uint8Array): Float32Array {
  valueOfBits ??= new Float32Array(
    new Float16Array(Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).buffer),
  );
  // A copy, since the bytes may begin at an odd place.
  const bits = new Uint16Array(new Uint8Array(bytes).buffer);
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = valueOfBits[bits[i]!]!;
  return values;
}

/** Values as whole steps of a scale; value `i` is `steps[i] * scales[i % scales.length]`. */
export interface SteppedValues {
  steps: Int8Array;
  /** One a channel. */
  scales: Float32Array;
}

const scaleValue = new Float32Array(1);
const scaleBits = new Uint32Array(scaleValue.buffer);

/**
 * The step of a channel, cut to 16 significant bits: then each of the 127 multiples is exact in float32, and a channel
 * that is read and stored again keeps every bit.
 */
function scaleOf(largest: number): number {
  if (largest === 0) return 0;
  scaleValue[0] = Math.max(largest / LARGEST_STEP, SMALLEST_SCALE);
  scaleBits[0] = scaleBits[0]! & ~0xff;
  return scaleValue[0]!;
}

/**
 * Rounds each value to a whole number of steps of its channel, the last axis. A channel's largest value lies 127 steps
 * from zero, so that no value moves by more than half a step.
 *
 * @param shape of at least one axis
 * @param name names the array in errors
 * @throws LesionError `NOT_FINITE`
 */
export function toInt8(values: Float32Array, shape: readonly number[], name: string): SteppedValues {
  assertAllFinite(values, name);
  const channels = shape.at(-1)!;
  const largest = new Float32Array(channels);
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > largest[i % channels]!) largest[i % channels] = size;
  }
  const scales = largest.map(scaleOf);
  const steps = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const scale = scales[i % channels]!;
    // A channel of zeros has no step to divide by. What was cut off the scale is too little to reach a step of 128.
    if (scale > 0) steps[i] = Math.round(values[i]! / scale);
  }
  return { steps, scales };
}

/** Reads what {@link toInt8} made. */
export function fromInt8({ steps, scales }: SteppedValues): Float32Array {
  const values = new Float32Array(steps.length);
  const channels = scales.length;
  for (let at = 0; at < steps.length; at += channels) {
    for (let channel = 0; channel < channels; channel++) {
      values[at + channel] = steps[at + channel]! * scales[channel]!;
    }
  }
  return values;
}
