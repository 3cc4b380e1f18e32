import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { BenchSettings } from './bench.js';
import { BENCHES, chooseBenches, chooseCases, expandGroups } from './benches.js';
import { parseCommandLine } from './command-line.js';

const settings: BenchSettings = {
  threads: 2,
  tiny: false,
  step: 'loop',
  python: { reason: 'not looked for' },
  folder: '/nowhere',
};

describe('parseCommandLine', () => {
  it('takes names and options in any order', () => {
    const line = parseCommandLine(['train-lfn', '--rounds', '3', 'gpu', '--json', 'out.json']);
    expect(line).toMatchObject({
      names: ['train-lfn', 'gpu'],
      rounds: 3,
      processes: 3,
      json: 'out.json',
      threads: availableParallelism(),
      tiny: false,
      install: true,
    });
  });

  it.each([
    [['--bogus'], /Unknown option '--bogus'.*npm run bench -- --help/],
    [['--json'], /--json/],
    [['--rounds', '0'], '--rounds: out of range; got 0; expected a whole number of at least 1'],
    [['--threads', 'many'], /--threads: .*got NaN/],
    [['--step', 'fit'], /--step: .*"fit".*"loop" or "minimize"/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});

describe('names', () => {
  it('mean all that needs no GPU where there are none', () => {
    expect(chooseBenches([]).map(({ name }) => name)).toEqual([
      'train-lfn',
      'train-fcrn88',
      'infer-lfn',
      'infer-fcrn88',
      'slico',
      'slic',
      'distance-transform',
      'auc-ap',
      'resize',
      'components',
      'score-masks',
      'score-masks-decoding',
      'scale',
      'predict-end-to-end',
    ]);
  });

  it('mean a benchmark or some of its cases', () => {
    const [bench] = chooseBenches(['train-lfn/batch-128']);
    expect(bench!.name).toBe('train-lfn');
    const cases = (names: string[]) => chooseCases(bench!, settings, names).map(({ name }) => name);
    expect(cases(['train-lfn/batch-128'])).toEqual(['train-lfn/batch-128']);
    expect(cases(['train-lfn'])).toEqual(['train-lfn/batch-32', 'train-lfn/batch-128']);
    expect(() => cases(['train-lfn/batch-12'])).toThrow(
      /no benchmark of this name; got train-lfn\/batch-12; expected train-lfn\/batch-32, train-lfn\/batch-128/,
    );
  });

  it('of kinds mean all benchmarks of a kind', () => {
    const names = expandGroups(['networks', 'slic', 'scale/slico']);
    expect(names).toEqual(['train-lfn', 'train-fcrn88', 'infer-lfn', 'infer-fcrn88', 'slic', 'scale/slico']);
    expect(expandGroups(['blocks'])).toHaveLength(10);
  });

  it('that mean nothing are answered with all there are', () => {
    expect(() => chooseBenches(['train-lnf'])).toThrow(
      `got train-lnf; expected ${BENCHES.map(({ name }) => name).join(', ')}`,
    );
  });

  it('of cases are told apart', () => {
    const names = BENCHES.flatMap((bench) => bench.cases(settings)).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
