/** A round brush that draws on the data of an RGB image in place; leans on core's sizes alone. */
import { assertNumber, type Size } from '@lesion/core';
import type { Colour } from './colours.js';

/** Draws one dot centred on the pixel at (y, x), as far as it lies inside the image. */
export type Brush = (y: number, x: number) => void;

/**
 * A brush of a diameter in pixels. A dot holds the pixels whose centre lies within half the diameter; with an
 * even diameter its centre is the pixel's lower right corner, so that a line is as wide as asked for.
 */
export function createBrush(data: Uint8Array, size: Size, diameter: number, colour: Colour): Brush {
  const { height, width } = size;
  const [red, green, blue] = colour;
  const shift = diameter % 2 === 0 ? 0.5 : 0;
  const first = -Math.floor((diameter - 1) / 2);
  const lefts = new Int32Array(diameter);
  const rights = new Int32Array(diameter);
  for (let row = 0; row < diameter; row++) {
    const dy = first + row - shift;
    const reach = Math.sqrt((diameter / 2) ** 2 - dy * dy);
    lefts[row] = Math.ceil(shift - reach);
    rights[row] = Math.floor(shift + reach);
  }
  return (y, x) => {
    for (let row = 0; row < diameter; row++) {
      const line = y + first + row;
      if (line < 0 || line >= height) continue;
      const left = Math.max(0, x + lefts[row]!);
      const right = Math.min(width - 1, x + rights[row]!);
      for (let at = (line * width + left) * 3, end = (line * width + right) * 3; at <= end; at += 3) {
        data[at] = red;
        data[at + 1] = green;
        data[at + 2] = blue;
      }
    }
  };
}

/** The thickness asked for, or a share of the short side (at least 1 pixel), so that a line looks alike at any image size. */
export function lineThickness(asked: number | undefined, size: Size, share: number): number {
  if (asked === undefined) return Math.max(1, Math.round(Math.min(size.height, size.width) * share));
  assertNumber(asked, 'thickness', { integer: true, min: 1 });
  return asked;
}
