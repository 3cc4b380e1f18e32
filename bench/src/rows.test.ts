import { LesionError } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { failureRow, memoryRow, ratioOf, timeRow } from './rows.js';
import { median, quantile } from './statistics.js';

const ours = {
  name: 'ours',
  rounds: [
    [10, 10, 40],
    [20, 10, 10],
  ],
  peak: 300,
};
const peer = {
  name: 'peer',
  rounds: [
    [30, 30, 30],
    [20, 20, 20],
  ],
  peak: 150,
};

describe('quantile', () => {
  it('interpolates between values in any order', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('rows', () => {
  it('take medians over all rounds, and ratios round by round', () => {
    expect(timeRow('step', ours, peer)).toEqual({
      name: 'step',
      ours: 10,
      peer: 25,
      peerName: 'peer',
      oursName: 'ours',
      unit: 'ms',
      ratio: 2.5,
      spread: { ours: [10, 17.5], peer: [20, 30], ratio: [2, 3] },
      steps: 6,
    });
  });

  it('call less memory better', () => {
    expect(memoryRow('step', ours, peer)).toMatchObject({
      name: 'step/memory',
      ours: 300,
      peer: 150,
      ratio: 0.5,
    });
  });

  it('count in other units, of which more may be better, or neither', () => {
    expect(timeRow('predict', ours, peer, { unit: 'images/min' })).toMatchObject({
      unit: 'images/min',
      ratio: 0.4,
      spread: { ratio: [1 / 3, 0.5] },
    });
    const share = timeRow('decoding', ours, peer, { unit: '%' });
    expect(share).toMatchObject({ ours: 10, peer: 25, ratio: null });
    expect(share.spread!.ratio).toBeNull();
    expect(memoryRow('scale', ours, peer, 'x image').unit).toBe('x image');
  });

  it('say how near ours is to a limit, whichever way is better', () => {
    const limit = { value: 2.5, of: '1 MB moved' };
    expect(timeRow('step', ours, peer, { limit })).toMatchObject({ limit, nearness: 0.25 });
    const faster = timeRow('step', ours, peer, { limit: { value: 40, of: '' }, unit: 'images/min' });
    expect(faster.nearness).toBe(0.25);
    expect(timeRow('step', { name: 'ours', reason: 'gone' }, peer, { limit })).not.toHaveProperty('nearness');
  });

  it('have no ratio where a side is missing', () => {
    const row = timeRow('step', { name: 'gpu', reason: 'no adapter' }, peer);
    expect(row).toMatchObject({ ours: null, peer: 25, ratio: null, reason: 'gpu: no adapter', steps: 6 });
    expect(ratioOf(0, 5)).toBeNull();
  });

  it('tell how a case broke off, but not what the user did', () => {
    expect(failureRow('step', new Error('out of memory'))).toMatchObject({
      name: 'step',
      ours: null,
      reason: 'out of memory',
    });
    const stopped = new LesionError('ABORTED', { what: 'stopped on request' });
    expect(() => failureRow('step', stopped)).toThrow(stopped);
  });
});
