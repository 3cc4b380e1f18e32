/** `@lesion/preprocess` under the `browser` condition: the same exports, decoding by the platform. */
import { type Codec, createCodec } from './codec.js';
import { browserPlatform } from './platform-browser.js';

export * from './operations.js';

const codec = createCodec(browserPlatform);
export const decodeImage: Codec['decodeImage'] = codec.decodeImage;
export const decodeGray: Codec['decodeGray'] = codec.decodeGray;
export const decodeMask: Codec['decodeMask'] = codec.decodeMask;
export const encodePng: Codec['encodePng'] = codec.encodePng;
export const encodeMask: Codec['encodeMask'] = codec.encodeMask;
