/** `@lesion/preprocess/node`: image files by their path. */

export type { ReadImageOptions, ReadMaskOptions, ReadOptions } from './read.js';
export { readGray, readImage, readMask, readSize } from './read.js';
export { writeFileAtomic, writeMask, writePng } from './write.js';
export { type WriteJpegOptions, writeJpeg } from './write-jpeg.js';
