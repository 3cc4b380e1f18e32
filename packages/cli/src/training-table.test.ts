import { describe, expect, it } from 'vitest';
import { describeHistory, formatTraining } from './training-table.js';

const history = (count: number) => ({
  epochs: Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    steps: 160,
    learningRate: 0.006112604669781572 / (i + 1),
    trainingLoss: 1.18387 / (i + 1),
    validationLoss: i === 0 ? null : 0.62393,
    seconds: 2055.99,
  })),
  stepLosses: Array.from({ length: 160 * count }, () => 1),
});

describe('formatTraining', () => {
  it('has a row an epoch of each network', () => {
    const lines = formatTraining({ dr: history(2), dm: history(1) }).split('\n');
    expect(lines.map((line) => line.trimEnd())).toEqual([
      '                       learning  training  validation',
      'network  epoch  steps      rate      loss        loss         time',
      'dr           1    160   0.00611    1.1839              34 min 16 s',
      'dr           2    160   0.00306    0.5919      0.6239  34 min 16 s',
      'dm           1    160   0.00611    1.1839              34 min 16 s',
    ]);
  });

  it('leaves out the middle of a long run', () => {
    const lines = formatTraining({ lfn: history(100) })
      .split('\n')
      .slice(2);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual([
      '1',
      '2',
      '...',
      '93',
      '94',
      '95',
      '96',
      '97',
      '98',
      '99',
      '100',
    ]);
    expect(formatTraining({ lfn: history(11) }).split('\n')).toHaveLength(13);
  });
});

describe('describeHistory', () => {
  it('says it in a line', () => {
    expect(describeHistory('dr', history(2))).toBe(
      'dr: 320 steps, training loss by epoch 1.1839, 0.5919; validation loss 0.6239',
    );
    expect(describeHistory('dr', history(1))).toBe('dr: 160 steps, training loss by epoch 1.1839');
  });
});
