import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FEATURE_COLOURS } from './index.js';
import { paletteTable } from './palettes.js';

const golden = JSON.parse(
  readFileSync(new URL('../golden/palettes.json', import.meta.url), 'utf8'),
) as Record<'viridis' | 'cividis', number[][]>;

/** CIE 1976 lightness of an sRGB colour. */
function lightness([red, green, blue]: readonly number[]): number {
  const linear = [red!, green!, blue!].map((value) =>
    value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  const luminance = 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

describe('palettes', () => {
  it.each([
    ['viridis', 1],
    ['cividis', 4],
  ] as const)("%s follows matplotlib's table to within %d levels", (name, tolerance) => {
    expect(paletteTable(name)).toBeAllClose(golden[name].flat(), tolerance);
  });

  it.each(['viridis', 'cividis', 'gray'] as const)('%s grows lighter from end to end', (name) => {
    const table = paletteTable(name);
    const steps = Array.from({ length: 52 }, (_, i) => lightness([...table.subarray(i * 15, i * 15 + 3)]));
    for (let i = 1; i < steps.length; i++) expect(steps[i]! - steps[i - 1]!).toBeGreaterThan(0.5);
  });

  it('has feature colours that differ in lightness too', () => {
    const values = Object.values(FEATURE_COLOURS)
      .map(lightness)
      .sort((a, b) => a - b);
    expect(values[3]! - values[0]!).toBeGreaterThan(30);
  });
});
