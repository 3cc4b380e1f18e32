import { expect, it } from 'vitest';
import { heNormal, SeededRandom } from './index.js';

it.each([{ shape: [3, 3, 16, 64] }, { shape: [144, 64] }])(
  'draws $shape with variance 2 / fan-in',
  ({ shape }) => {
    const values = heNormal(shape, new SeededRandom(5));
    expect(values).toHaveLength(9216);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    const expected = 2 / 144;
    // Four standard errors of the mean and of the variance of 9216 normal values.
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(expected / values.length));
    expect(Math.abs(variance - expected)).toBeLessThan(4 * expected * Math.sqrt(2 / values.length));
  },
);
