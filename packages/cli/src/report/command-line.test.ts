import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.js';

describe('commandLine', () => {
  it('gives options as they are typed', () => {
    const options = {
      data: "o'brien data",
      scales: [320, 512],
      runs: [],
      where: { column: 'image_source', value: 'crop512' },
      licu: true,
      report: false,
      resume: true,
      cropAnywhere: false,
      learningRate: 0.01,
      lfn: undefined,
    };
    expect(commandLine('evaluate', { options, seed: 3 })).toBe(
      "lesion evaluate --data 'o'\\''brien data' --scales 320,512 --runs none --where image_source=crop512 --no-report --resume --learning-rate 0.01 --seed 3",
    );
  });

  it('counts what would fill pages', () => {
    const positional = Array.from({ length: 600 }, (_, i) => `${i}.jpg`);
    const line = commandLine('predict', { positional, options: {}, seed: 0 });
    expect(line).toMatch(/^lesion predict 0\.jpg .* 7\.jpg … \(600 in all\) --seed 0$/);
  });
});
