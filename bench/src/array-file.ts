/**
 * Named arrays in one file that both sides read: a line of JSON, padded with spaces to a multiple of 8 bytes, then the
 * arrays' values in little-endian order, each padded likewise. `python/arrays.py` is its other half.
 */
import { open, writeFile } from 'node:fs/promises';

const TYPES = {
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
type TypeName = keyof typeof TYPES;

export type Values = Uint8Array | Int32Array | Float32Array | Float64Array;

export interface NamedValues {
  name: string;
  shape: readonly number[];
  values: Values;
}

/** Arrays by name, as a file holds them. */
export type Arrays = ReadonlyMap<string, NamedValues>;

interface Entry {
  name: string;
  shape: number[];
  type: TypeName;
}

const ALIGNMENT = 8;
const padded = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
const lengthOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

function typeOf(values: Values): TypeName {
  return (Object.keys(TYPES) as TypeName[]).find((name) => values instanceof TYPES[name])!;
}

export async function writeArrays(path: string, arrays: readonly NamedValues[]): Promise<void> {
  const entries = arrays.map(({ name, shape, values }) => ({ name, shape, type: typeOf(values) }));
  const header = Buffer.from(JSON.stringify(entries));
  const line = Buffer.alloc(padded(header.length + 1), ' ');
  header.copy(line);
  line[line.length - 1] = '\n'.charCodeAt(0);
  const parts: Uint8Array[] = [line];
  for (const { values } of arrays) {
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    parts.push(new Uint8Array(padded(values.byteLength) - values.byteLength));
  }
  await writeFile(path, parts);
}

/** The arrays of a file; they share one buffer, so that they are held once. */
export async function readArrays(path: string): Promise<Arrays> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw new Error(`${path} ends early`);
      at += bytesRead;
    }
    const end = bytes.indexOf('\n'.charCodeAt(0));
    const entries = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Entry[];
    const arrays = new Map<string, NamedValues>();
    let at = end + 1;
    for (const { name, shape, type } of entries) {
      const values = new TYPES[type](bytes.buffer, at, lengthOf(shape));
      arrays.set(name, { name, shape, values });
      at += padded(values.byteLength);
    }
    return arrays;
  } finally {
    await file.close();
  }
}

/** The values of one array. */
export function valuesOf<T extends Values = Values>(arrays: Arrays, name: string): T {
  const found = arrays.get(name);
  if (found === undefined) {
    throw new Error(`no array ${name} among ${[...arrays.keys()].join(', ')}`);
  }
  return found.values as T;
}
