/**
 * Named arrays in files, in the safetensors format of `@lesion/predict`. Written under a temporary name and renamed, so
 * that a file is either the old one or the whole new one.
 */
import { readFile } from 'node:fs/promises';
import { LesionError } from '@lesion/core';
import { decodeTensors, encodeTensors, type StoredArray, type TensorFile } from '@lesion/predict';
import writeFileAtomic from 'write-file-atomic';

/** Writes a file atomically. */
export async function writeTensors(
  path: string,
  arrays: readonly StoredArray[],
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
