import { describe, expect, it } from 'vitest';
import { curveOfSteps } from './figures.js';

const epoch = (number: number, steps: number) => ({
  epoch: number,
  steps,
  learningRate: 0.1,
  trainingLoss: 0,
  validationLoss: null,
  seconds: 1,
});

describe('curveOfSteps', () => {
  it('takes means over equal parts of each epoch, at the middle of their steps', () => {
    const history = { epochs: [epoch(1, 4), epoch(2, 2)], stepLosses: [8, 6, 4, 2, 3, 1] };
    expect(curveOfSteps(history, 2)).toEqual({ at: [0.25, 0.75, 1.25, 1.75], values: [7, 3, 3, 1] });
  });

  it('leaves out parts without a step, and counts each step once', () => {
    const history = { epochs: [epoch(1, 3)], stepLosses: [5, 4, 3] };
    expect(curveOfSteps(history, 7).values).toEqual([5, 4, 3]);
    const { at, values } = curveOfSteps(history, 2);
    expect(values).toEqual([5, 3.5]);
    expect(at).toEqual([1 / 6, 4 / 6]);
  });
});
