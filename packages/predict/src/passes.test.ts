import { describe, expect, it } from 'vitest';
import { Passes } from './passes.js';

describe('Passes', () => {
  it('tells each pass once it is done', async () => {
    const told: unknown[] = [];
    const passes = new Passes(2, 'a.predict', { onProgress: (progress) => told.push(progress) });
    expect(await passes.run(async () => told.length)).toBe(0);
    expect(await passes.run(async () => told.length)).toBe(1);
    expect(told).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
  });

  it('lets others have their turn, so that they can abort between passes that keep the thread busy', async () => {
    const aborting = new AbortController();
    const { signal } = aborting;
    const passes = new Passes(3, 'a.predict', { signal });
    let runs = 0;
    const work = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) await passes.run(async () => runs++);
    };
    // As a click: it waits for the thread.
    setTimeout(() => aborting.abort());
    await expect(work()).rejects.toMatchObject({
      code: 'ABORTED',
      message: 'a.predict: stopped on request',
    });
    expect(runs).toBe(1);
  });

  it('begins nothing once aborted', async () => {
    const passes = new Passes(1, 'a.predict', { signal: AbortSignal.abort() });
    await expect(
      passes.run(async () => {
        throw new Error('begun');
      }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
