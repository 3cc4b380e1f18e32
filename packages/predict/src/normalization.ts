/** From 8-bit pixels to what a network takes: (value - mean) x scale. */
import type { InputNormalization } from '@lesion/core';
import { z } from 'zod';

export type { InputNormalization };

/** How a network wants its pixels, as its bundle keeps it. */
export const inputNormalizationSchema = z.object({
  channelOrder: z.literal('rgb'),
  /** Subtracted from each channel's 0..255. */
  mean: z.tuple([z.number(), z.number(), z.number()]).readonly(),
  /** Multiplies the difference. */
  scale: z.number(),
}) satisfies z.ZodType<InputNormalization>;

/** Interleaved RGB bytes to float32 of the same layout. */
export function normalizePixels(pixels: Uint8Array, { mean, scale }: InputNormalization): Float32Array {
  const out = new Float32Array(pixels.length);
  // Of each channel there are 256 values at most.
  const [red, green, blue] = mean.map((centre) =>
    Float32Array.from({ length: 256 }, (_, value) => (value - centre) * scale),
  ) as [Float32Array, Float32Array, Float32Array];
  for (let i = 0; i < pixels.length; i += 3) {
    out[i] = red[pixels[i]!]!;
    out[i + 1] = green[pixels[i + 1]!]!;
    out[i + 2] = blue[pixels[i + 2]!]!;
  }
  return out;
}
