/** `@lesion/preprocess` where there is no browser: decodes by sharp, which is loaded at the first image. */
import type { Codec } from './codec.js';
import { nodeCodec as codec } from './platform-node.js';

export * from './operations.js';

/**
 * Decodes the bytes of a JPEG, PNG, WebP or TIFF file to an upright RGB image, `[height, width, 3]`, 0 to 255.
 * @throws LesionError `INVALID_FILE` for damaged or foreign bytes, `LIMIT_EXCEEDED` above `maxPixels`, `INVALID_ARGUMENT`
 */
export const decodeImage: Codec['decodeImage'] = codec.decodeImage;
/**
 * Decodes a file to grey levels as stored, `[height, width]`, 0 to 255; profiles are ignored.
 * @throws LesionError As {@link decodeImage}.
 */
export const decodeGray: Codec['decodeGray'] = codec.decodeGray;
/**
 * Decodes a mask file, `[height, width]` of 0 and 1: foreground where grey is above 128, the challenge's rule.
 * @throws LesionError As {@link decodeImage}.
 */
export const decodeMask: Codec['decodeMask'] = codec.decodeMask;
/**
 * Encodes an RGB image or grey levels as an 8-bit PNG file; decoding gives back the same values.
 * @throws LesionError `INVALID_ARGUMENT`
 */
export const encodePng: Codec['encodePng'] = codec.encodePng;
/**
 * Encodes a mask as an 8-bit grey PNG file of 0 and 255, the challenge's form.
 * @throws LesionError `INVALID_ARGUMENT`
 */
export const encodeMask: Codec['encodeMask'] = codec.encodeMask;
