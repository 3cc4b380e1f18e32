import { createRgbImage } from '@lesion/core';
import { expect, it, vi } from 'vitest';
import { decodeImage, encodePng, resizeImage } from './index.js';

vi.mock('sharp', () => {
  throw new Error(
    'Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:\n- ...',
  );
});

it('works without sharp until an image is decoded, and then says what to do', async () => {
  const image = createRgbImage({ height: 2, width: 2 });
  expect(resizeImage(image, { height: 1, width: 1 }).shape).toEqual([1, 1, 3]);
  const bytes = await encodePng(image);
  await expect(decodeImage(bytes)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: 'sharp: the image library cannot be loaded. Install it for this platform: npm install sharp.',
  });
});
