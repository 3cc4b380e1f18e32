import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatMetric } from './format.js';

describe('formatDuration', () => {
  it.each([
    [0, '0.0 s'],
    [820, '0.8 s'],
    [9949, '9.9 s'],
    [9960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_000, '59 min 59 s'],
    [3_599_700, '1 h 00 min'],
    [3_720_000, '1 h 02 min'],
    [86_400_000, '24 h 00 min'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [512 * 2 ** 20, '512 MiB'],
    [7.84 * 2 ** 30, '7.8 GiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatMetric', () => {
  it('has four decimals, and a word where there is no value', () => {
    expect(formatMetric(0.907778)).toBe('0.9078');
    expect(formatMetric(Number.NaN)).toBe('undefined');
    expect(formatMetric(undefined)).toBe('undefined');
  });
});

describe('formatCount', () => {
  it('takes the plural but for one', () => {
    expect(formatCount(1, 'image')).toBe('1 image');
    expect(formatCount(0, 'image')).toBe('0 images');
    expect(formatCount(57_702, 'superpixel')).toBe('57,702 superpixels');
    expect(formatCount(2, 'more problem')).toBe('2 more problems');
  });
});
