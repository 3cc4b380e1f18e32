/** Reading a file's bytes with an error of the family if that fails; leans on the file system and core's errors. */
import { readFile, stat } from 'node:fs/promises';
import { invalidFile, LesionError } from '@lesion/core';

function fileError(path: string, error: unknown): LesionError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new LesionError('NOT_FOUND', {
      what: 'there is no such file',
      where: path,
      mend: 'Check the path.',
      cause: error,
    });
  }
  return invalidFile({ what: `cannot be read (${code ?? error})`, where: path, cause: error });
}

/** A file's bytes. @throws LesionError `NOT_FOUND` if there is no such file, `INVALID_FILE` if it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** A file's size in bytes. @throws LesionError As {@link readBytes}. */
export async function fileLength(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw fileError(path, error);
  }
}
