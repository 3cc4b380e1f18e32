/** `@lesion/preprocess` where there is no browser: decodes by sharp, which is loaded at the first image. */
import type { Codec } from './codec.js';
import { nodeCodec as codec } from './platform-node.js';

export * from './operations.js';

export const decodeImage: Codec['decodeImage'] = codec.decodeImage;
export const decodeGray: Codec['decodeGray'] = codec.decodeGray;
export const decodeMask: Codec['decodeMask'] = codec.decodeMask;
export const encodePng: Codec['encodePng'] = codec.encodePng;
export const encodeMask: Codec['encodeMask'] = codec.encodeMask;
