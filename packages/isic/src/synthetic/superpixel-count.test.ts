import { expect, it } from 'vitest';
import { defaultSuperpixelCount } from './superpixel-count.js';

it("is the challenge's 1000 where that leaves 80 pixels a superpixel, else one for each 80 pixels", () => {
  expect(defaultSuperpixelCount({ height: 512, width: 683 })).toBe(1000);
  expect(defaultSuperpixelCount({ height: 256, width: 341 })).toBe(1000);
  expect(defaultSuperpixelCount({ height: 96, width: 128 })).toBe(154);
  expect(defaultSuperpixelCount({ height: 1, width: 1 })).toBe(1);
});
