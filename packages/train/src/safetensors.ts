/**
 * Named float32 arrays and text metadata in one file, in the safetensors format
 * (https://huggingface.co/docs/safetensors), which Python reads too. Written under a temporary name and
 * renamed, so that a file is either the old one or the whole new one.
 */
import { readFile } from 'node:fs/promises';
import { invalidFile, LesionError } from '@lesion/core';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

/** One array of a file. */
export interface NamedArray {
  name: string;
  shape: number[];
  data: Float32Array;
}

export interface TensorFile {
  arrays: Map<string, NamedArray>;
  metadata: Record<string, string>;
}

const headerSchema = z.record(
  z.string(),
  z.union([
    z.object({
      dtype: z.literal('F32'),
      shape: z.array(z.int().nonnegative()),
      data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
    }),
    z.record(z.string(), z.string()),
  ]),
);

/** The bytes of a file that holds `arrays` in this order. Array names are unique. */
export function encodeTensors(
  arrays: readonly NamedArray[],
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, data } of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The data begins at a multiple of 8, filled up with spaces as the format asks.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.allocUnsafe(8 + headerLength + offset);
  bytes.writeBigUInt64LE(BigInt(headerLength), 0);
  json.copy(bytes, 8);
  bytes.fill(' ', 8 + json.length, 8 + headerLength);
  let at = 8 + headerLength;
  for (const { data } of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
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
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 8) throw damaged(`${buffer.length} bytes`);
  const headerLength = Number(buffer.readBigUInt64LE(0));
  if (headerLength > buffer.length - 8) throw damaged('it ends inside its header');
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(buffer.toString('utf8', 8, 8 + headerLength)));
  } catch (error) {
    throw damaged('its header cannot be read', error);
  }
  const arrays = new Map<string, NamedArray>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { shape, data_offsets } = entry as { shape: number[]; data_offsets: [number, number] };
    const [begin, end] = data_offsets;
    const length = shape.reduce((product, extent) => product * extent, 1);
    if (end - begin !== length * 4 || 8 + headerLength + end > buffer.length) {
      throw damaged(`the array ${name} does not fit its place`);
    }
    // A copy, since a Float32Array must begin at a multiple of 4 and should not keep the whole file alive.
    const data = new Float32Array(length);
    new Uint8Array(data.buffer).set(buffer.subarray(8 + headerLength + begin, 8 + headerLength + end));
    arrays.set(name, { name, shape, data });
  }
  return { arrays, metadata };
}

/** Writes a file atomically. */
export async function writeTensors(
  path: string,
  arrays: readonly NamedArray[],
  metadata: Record<string, string> = {},
): Promise<void> {
  const { buffer, byteOffset, byteLength } = encodeTensors(arrays, metadata);
  // A view, not a copy: a checkpoint of the full network holds a quarter of a gigabyte.
  await writeFileAtomic(path, Buffer.from(buffer, byteOffset, byteLength));
}

/** Reads a file. @throws LesionError `NOT_FOUND`, `INVALID_FILE` */
export async function readTensors(path: string): Promise<TensorFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new LesionError('NOT_FOUND', { what: 'the file cannot be read', where: path, cause: error });
  }
  return decodeTensors(bytes, path);
}
