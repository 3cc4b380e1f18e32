import { describe, expect, it } from 'vitest';
import { thresholdScores } from './index.js';

describe('thresholdScores', () => {
  it('takes what exceeds the threshold, not what equals it', () => {
    expect([...thresholdScores([0.2, 0.5, 0.5000001, 1])]).toEqual([0, 0, 1, 1]);
    expect([...thresholdScores([0.2, 0.5], { threshold: 0.1 })]).toEqual([1, 1]);
  });

  it('refuses what is not finite', () => {
    expect(() => thresholdScores([0, Number.NaN])).toThrow(
      'scores: holds a value that is not a finite number; got NaN at index 1 of 2',
    );
    expect(() => thresholdScores([0], { threshold: Number.NaN })).toThrow('threshold: out of range; got NaN');
  });
});
