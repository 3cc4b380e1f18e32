/**
 * Named arrays and text metadata in one file, in the safetensors format (https://huggingface.co/docs/safetensors),
 * which Python reads too. Arrays are float32 in memory; in a file they may take fewer bytes. Knows bytes and nothing
 * of files.
 */
import { invalidFile, type LesionError } from '@lesion/core';
import { z } from 'zod';
import { type ArrayPrecision, fromFloat16, fromInt8, toFloat16, toInt8 } from './array-precision.js';

/** One array of a file. */
export interface NamedArray {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** An array and how a file holds it. */
export interface StoredArray extends NamedArray {
  /**
   * `float16`: as half-precision numbers. `int8`: as whole steps from -127 to 127, each channel of the last axis with
   * a step of its own; the steps stand in a second array of the file, `NAME:scale`, of type F32.
   * @default 'float32'
   */
  precision?: ArrayPrecision | undefined;
}

/** The content of a safetensors file: arrays by name, and texts beside them. */
export interface TensorFile {
  arrays: Map<string, NamedArray>;
  metadata: Record<string, string>;
}

/** Bytes of a value, by its type in the format. */
const VALUE_BYTES = { F32: 4, F16: 2, I8: 1 } as const;
type ValueType = keyof typeof VALUE_BYTES;

const SPACE = 0x20;

/** The array with the steps of an array of type I8. */
const scaleName = (name: string): string => `${name}:scale`;

const entrySchema = z.object({
  dtype: z.enum(['F32', 'F16', 'I8']),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(entrySchema);

const lengthOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** What a file holds of an array: one part, or two where there are steps beside. */
interface Part {
  name: string;
  dtype: ValueType;
  shape: number[];
  bytes: Uint8Array;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function partsOf({ name, shape, data, precision = 'float32' }: StoredArray): Part[] {
  switch (precision) {
    case 'float32':
      return [{ name, dtype: 'F32', shape, bytes: bytesOf(data) }];
    case 'float16':
      return [{ name, dtype: 'F16', shape, bytes: toFloat16(data, name) }];
    case 'int8': {
      const { steps, scales } = toInt8(data, shape, name);
      return [
        { name, dtype: 'I8', shape, bytes: bytesOf(steps) },
        { name: scaleName(name), dtype: 'F32', shape: [scales.length], bytes: bytesOf(scales) },
      ];
    }
  }
}

/**
 * The bytes of a file that holds `arrays` in this order. Array names are unique, the names of scales among them.
 *
 * @throws LesionError `NOT_FINITE` where an array in fewer bytes holds NaN, an infinity, or more than they can
 */
export function encodeTensors(
  arrays: readonly StoredArray[],
  metadata: Record<string, string> = {},
): Uint8Array {
  const parts = arrays.flatMap(partsOf);
  // Values of more bytes come first, so that each begins at a multiple of its size; readers may want that.
  const laidOut = parts.toSorted((a, b) => VALUE_BYTES[b.dtype] - VALUE_BYTES[a.dtype]);
  const offsets = new Map<Part, [number, number]>();
  let length = 0;
  for (const part of laidOut) {
    offsets.set(part, [length, length + part.bytes.length]);
    length += part.bytes.length;
  }
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const part of parts) {
    const { name, dtype, shape } = part;
    header[name] = { dtype, shape, data_offsets: offsets.get(part) };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data begins at a multiple of 8, filled up with spaces as the format asks.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  file.fill(SPACE, 8 + json.length, 8 + headerLength);
  for (const part of laidOut) file.set(part.bytes, 8 + headerLength + offsets.get(part)![0]);
  return file;
}

/** Reads what {@link encodeTensors} wrote. @throws LesionError `INVALID_FILE` naming `source` */
export function decodeTensors(bytes: Uint8Array, source: string): TensorFile {
  const damaged = (what: string, cause?: unknown): LesionError =>
    invalidFile({
      what: `not a whole safetensors file: ${what}`,
      where: source,
      mend: 'Copy the file again or train again.',
      cause,
    });
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) throw damaged('it ends inside its header');
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))));
  } catch (error) {
    throw damaged('its header cannot be read', error);
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const bytesAt = (name: string): Uint8Array => {
    const { dtype, shape, data_offsets } = entries[name]!;
    const [begin, end] = data_offsets;
    if (end - begin !== lengthOf(shape) * VALUE_BYTES[dtype] || 8 + headerLength + end > bytes.length) {
      throw damaged(`the array ${name} does not fit its place`);
    }
    return bytes.subarray(8 + headerLength + begin, 8 + headerLength + end);
  };
  // A copy, since a Float32Array must begin at a multiple of 4 and should not keep the whole file alive.
  const floatsAt = (name: string): Float32Array => new Float32Array(new Uint8Array(bytesAt(name)).buffer);
  const valuesAt = (name: string): Float32Array => {
    const { dtype, shape } = entries[name]!;
    if (dtype === 'F32') return floatsAt(name);
    if (dtype === 'F16') return fromFloat16(bytesAt(name));
    const scale = entries[scaleName(name)];
    if (scale?.dtype !== 'F32' || scale.shape.join() !== String(shape.at(-1))) {
      throw damaged(`the array ${name} has no scale for each of its channels`);
    }
    const { buffer, byteOffset, length } = bytesAt(name);
    const steps = new Int8Array(buffer, byteOffset, length);
    return fromInt8({ steps, scales: floatsAt(scaleName(name)) });
  };
  const scales = new Set(
    Object.keys(entries)
      .filter((name) => entries[name]!.dtype === 'I8')
      .map(scaleName),
  );
  const arrays = new Map<string, NamedArray>();
  for (const [name, { shape }] of Object.entries(entries)) {
    if (!scales.has(name)) arrays.set(name, { name, shape, data: valuesAt(name) });
  }
  return { arrays, metadata };
}
