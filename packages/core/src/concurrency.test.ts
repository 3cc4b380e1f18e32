import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapInOrder, throwIfAborted } from './index.js';

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
    for await (const value of mapInOrder([20, 1, 10, 2, 5, 1], work, { concurrency: 3 })) taken.push(value);
    expect(taken).toEqual([20, 1, 10, 2, 5, 1]);
    expect(most).toBe(3);
  });

  it('gives for any items, order of completion and concurrency what a plain loop gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (scheduler, items, concurrency) => {
          const work = (item: number): Promise<number> => scheduler.schedule(Promise.resolve(2 * item));
          const taken: number[] = [];
          const all = async (): Promise<void> => {
            for await (const value of mapInOrder(items, work, { concurrency })) taken.push(value);
          };
          await scheduler.waitFor(all());
          expect(taken).toEqual(items.map((item) => 2 * item));
        },
      ),
    );
  });

  it('works on while a result is in use, and begins nothing before it is asked', async () => {
    const begun: number[] = [];
    const work = async (value: number): Promise<number> => {
      begun.push(value);
      return value;
    };
    const results = mapInOrder([1, 2, 3, 4, 5], work, { concurrency: 2 });
    expect(begun).toEqual([]);
    await results.next();
    expect(begun).toEqual([1, 2, 3]);
  });

  it('throws a failure when its turn comes, begins nothing after it, and leaves none unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const begun: number[] = [];
    const taken: number[] = [];
    const work = async (value: number): Promise<number> => {
      begun.push(value);
      if (value === 1) await wait(10);
      if (value >= 2) throw new Error(`failure of ${value}`);
      return value;
    };
    const all = async (): Promise<void> => {
      for await (const value of mapInOrder([1, 2, 3, 4, 5], work, { concurrency: 2 })) taken.push(value);
    };
    await expect(all()).rejects.toThrow('failure of 2');
    await wait(1);
    process.off('unhandledRejection', note);
    expect(taken).toEqual([1]);
    expect(begun).toEqual([1, 2, 3]);
    expect(unhandled).toEqual([]);
  });

  it('makes what the work throws at once wait for its turn too', async () => {
    const work = (value: number): Promise<number> => {
      if (value === 2) throw new Error('at once');
      return Promise.resolve(value);
    };
    const results = mapInOrder([1, 2], work, { concurrency: 2 });
    expect((await results.next()).value).toBe(1);
    await expect(results.next()).rejects.toThrow('at once');
  });

  it('begins nothing more once its loop is left', async () => {
    const begun: number[] = [];
    const work = async (value: number): Promise<number> => {
      begun.push(value);
      return value;
    };
    for await (const _ of mapInOrder([1, 2, 3, 4, 5, 6], work, { concurrency: 2 })) break;
    await wait(1);
    expect(begun).toEqual([1, 2, 3]);
  });

  it('yields nothing for no items', async () => {
    expect(await mapInOrder([], async () => 1).next()).toEqual({ done: true, value: undefined });
  });

  it('refuses a concurrency below 1 before anything is asked for', () => {
    expect(() => mapInOrder([1], async () => 1, { concurrency: 0 })).toThrow(/^concurrency: .*got 0/);
  });
});

describe('throwIfAborted', () => {
  it('throws ABORTED once the signal is raised', () => {
    const controller = new AbortController();
    const details = { where: 'here', mend: 'Run it again.' };
    throwIfAborted(controller.signal, details);
    throwIfAborted(undefined, details);
    controller.abort();
    expect(() => throwIfAborted(controller.signal, details)).toThrow(
      expect.objectContaining({ code: 'ABORTED', message: 'here: stopped on request. Run it again.' }),
    );
    expect(() => throwIfAborted(controller.signal)).toThrow(/^stopped on request$/);
  });
});
