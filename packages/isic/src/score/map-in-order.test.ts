import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapInOrder, throwIfAborted } from './map-in-order.js';

describe('mapInOrder', () => {
  it('yields in the order of the items, with no more under way than allowed', async () => {
    let underWay = 0;
    let most = 0;
    const work = async (milliseconds: number): Promise<number> => {
      most = Math.max(most, ++underWay);
      await wait(milliseconds);
      underWay--;
      return milliseconds;
    };
    const taken: number[] = [];
    for await (const value of mapInOrder([20, 1, 10, 2, 5, 1], work, 3)) taken.push(value);
    expect(taken).toEqual([20, 1, 10, 2, 5, 1]);
    expect(most).toBe(3);
  });

  it('throws a failure when its turn comes, and begins nothing after it', async () => {
    const begun: number[] = [];
    const taken: number[] = [];
    const work = async (value: number): Promise<number> => {
      begun.push(value);
      if (value === 2) throw new Error('two');
      return value;
    };
    const all = async (): Promise<void> => {
      for await (const value of mapInOrder([1, 2, 3, 4, 5], work, 2)) taken.push(value);
    };
    await expect(all()).rejects.toThrow('two');
    expect(taken).toEqual([1]);
    expect(begun).toEqual([1, 2, 3]);
  });

  it('yields nothing for no items', async () => {
    const generator = mapInOrder([], async () => 1, 4);
    expect(await generator.next()).toEqual({ done: true, value: undefined });
  });
});

describe('throwIfAborted', () => {
  it('throws ABORTED once the signal is raised', () => {
    const controller = new AbortController();
    throwIfAborted(controller.signal, 'here');
    throwIfAborted(undefined, 'here');
    controller.abort();
    expect(() => throwIfAborted(controller.signal, 'here')).toThrow('here: stopped on request');
  });
});
