/** `@lesion/preprocess` where there is no browser: decodes by sharp, which is loaded at the first image. */
import { type Codec, createCodec } from './codec.js';
import { nodePlatform } from './platform-node.js';

export * from './operations.js';

const codec = createCodec(nodePlatform);
export const decodeImage: Codec['decodeImage'] = codec.decodeImage;
export const decodeGray: Codec['decodeGray'] = codec.decodeGray;
export const decodeMask: Codec['decodeMask'] = codec.decodeMask;
