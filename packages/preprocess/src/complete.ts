/** Finds files that end too early, which decoders fill up with grey; leans on nothing but the bytes. */
import { invalidFile } from '@lesion/core';
import type { ImageFormat } from './header.js';

/** Walks the segments of a JPEG and the entropy-coded data between them; true once the end marker is met. */
function reachesEndOfJpeg(bytes: Uint8Array): boolean {
  let at = 2;
  while (at + 1 < bytes.length) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return false;
    const kind = bytes[at + 1]!;
    if (kind === 0xd9) return true;
    if (kind === 0xff) at += 1;
    else if (kind <= 0x01 || (kind >= 0xd0 && kind <= 0xd8)) at += 2;
    else at += 2 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);
  }
  return false;
}

function reachesEndOfPng(bytes: Uint8Array): boolean {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + data.getUint32(at)) {
    if (data.getUint32(at + 4) === 0x49454e44) return true;
  }
  return false;
}

function reachesEndOfWebp(bytes: Uint8Array): boolean {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8 <= bytes.length;
}

/** @throws LesionError `INVALID_FILE` naming `name` if the file ends before its format says that it does. */
export function assertComplete(bytes: Uint8Array, format: ImageFormat, name: string): void {
  const complete =
    format === 'JPEG'
      ? reachesEndOfJpeg(bytes)
      : format === 'PNG'
        ? reachesEndOfPng(bytes)
        : format === 'WebP'
          ? reachesEndOfWebp(bytes)
          : true;
  if (complete) return;
  throw invalidFile({
    what: `the ${format} file is truncated`,
    where: name,
    got: `${bytes.length} bytes without an end of the image`,
    mend: 'Fetch or export the file again.',
  });
}
