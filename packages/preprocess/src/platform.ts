/** What decoding and encoding need of the place it runs in: one implementation for Node, one for browsers. */
import type { Size } from '@lesion/core';
import type { ImageHeader } from './header.js';
import type { Deflate } from './png.js';

/** Interleaved 8-bit pixels: grey (1), grey and alpha (2), RGB (3) or RGB and alpha (4); alpha not premultiplied. */
export interface Pixels {
  data: Uint8Array | Uint8ClampedArray;
  size: Size;
  channels: number;
}

export interface DecodeRequest {
  header: ImageHeader;
  /** What to call the bytes in an error. */
  name: string;
  maxPixels: number;
  /** Whether an embedded colour profile is left out of account. */
  ignoreProfile: boolean;
  /** The grey level, 0 to 255, to put behind pixels that let it through. */
  background: number;
  /** Whether grey levels alone are wanted: a file without colours and alpha may be given as one channel. */
  gray: boolean;
}

export interface Platform {
  /** Decodes to pixels as stored, without applying the orientation. */
  decode(bytes: Uint8Array, request: DecodeRequest): Promise<Pixels>;
  deflate: Deflate;
}
