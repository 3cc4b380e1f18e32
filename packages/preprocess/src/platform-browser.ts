/** Decoding in a browser or worker by the platform: `createImageBitmap` and an `OffscreenCanvas`. */
import { formatSize, invalidFile, LesionError } from '@lesion/core';
import type { ImageHeader } from './header.js';
import type { Platform } from './platform.js';

const mediaTypes = { JPEG: 'image/jpeg', PNG: 'image/png', WebP: 'image/webp', TIFF: 'image/tiff' };

/**
 * The bytes with the orientation made upright: browsers differ in which formats' orientation they heed, so
 * none may see it.
 */
function withoutOrientation(
  bytes: Uint8Array,
  { orientation, orientationAt }: ImageHeader,
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  if (orientation !== 1 && orientationAt !== undefined)
    new DataView(copy.buffer).setUint16(orientationAt.offset, 1, orientationAt.littleEndian);
  return copy;
}

export const browserPlatform: Platform = {
  async decode(bytes, { header, name, ignoreProfile, background }) {
    const blob = new Blob([withoutOrientation(bytes, header)], { type: mediaTypes[header.format] });
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(blob, {
        colorSpaceConversion: ignoreProfile ? 'none' : 'default',
      });
    } catch (cause) {
      throw invalidFile({
        what: `this browser cannot decode the ${header.format} file`,
        where: name,
        mend:
          header.format === 'TIFF'
            ? 'Convert it to PNG first: few browsers decode TIFF.'
            : 'The file may be damaged: fetch or export it again.',
        cause,
      });
    }
    try {
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (context === null) throw new Error('no 2d context');
      context.fillStyle = `rgb(${background} ${background} ${background})`;
      context.fillRect(0, 0, width, height);
      context.drawImage(bitmap, 0, 0);
      return { data: context.getImageData(0, 0, width, height).data, size: { height, width }, channels: 4 };
    } catch (cause) {
      throw new LesionError('LIMIT_EXCEEDED', {
        what: 'the image is larger than a canvas of this browser can be',
        where: name,
        got: formatSize(header.size),
        mend: 'Shrink it first.',
        cause,
      });
    } finally {
      bitmap.close();
    }
  },

  async deflate(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
};
