import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset, writeSyntheticDataset } from '@lesion/isic';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertJitter, type LinJitter, LinSamples, labelledRecords, planLinSamples } from './lin-samples.js';
import { perform } from './sample-worker.js';
import type { WorkerPool } from './worker-pool.js';
import type { LinSampleTask, WorkerTask, WorkerTasks } from './worker-tasks.js';

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'lesion-samples-'));
  await writeSyntheticDataset(data, { training: 6, validation: 3, test: 3, shortSide: 96, seed: 2 });
});
afterAll(() => rm(data, { recursive: true, force: true }));

/** Samples, and the tasks that were asked for to make them; the work is done here instead of in a thread. */
async function samples(
  jitter: LinJitter | undefined,
): Promise<{ source: LinSamples; tasks: LinSampleTask[] }> {
  const records = labelledRecords((await openDataset(data)).splits.training);
  const tasks: LinSampleTask[] = [];
  const pool = {
    run: (task: WorkerTask) => {
      tasks.push(task as LinSampleTask);
      return perform(task);
    },
  } as unknown as WorkerPool<WorkerTasks>;
  const plan = planLinSamples(records, 'DR', 1);
  const settings = { size: 48, fraction: 0.9, seed: 1, ...(jitter === undefined ? {} : { jitter }) };
  return { source: new LinSamples(pool, records, plan, settings), tasks };
}

const ALL: LinJitter = { resolution: 0.5, fractions: [0.5, 1], anywhere: true, colors: 0.2 };

describe('samples of a FCRN', () => {
  it('are centred crops of one size in unchanged colours without jitter', async () => {
    const { source, tasks } = await samples(undefined);
    await source.load([0, 5, 20], 0);
    for (const task of tasks) {
      expect(task.fraction).toBe(0.9);
      expect([task.place, task.colors, task.throughShortSide]).toEqual([undefined, undefined, undefined]);
    }
  });

  it('differ from epoch to epoch with it, and are the same whenever they are asked for', async () => {
    const { source } = await samples(ALL);
    const [first, again, later] = [
      await source.load([3, 7], 0),
      await source.load([3, 7], 0),
      await source.load([3, 7], 1),
    ];
    expect(first.images).toEqual(again.images);
    expect(first.labels).toEqual(again.labels);
    expect(first.images).not.toEqual(later.images);
    const alone = await source.load([7], 0);
    expect(alone.images).toEqual(first.images.subarray(48 * 48 * 3));
  });

  it('draw what the jitter says, within its bounds', async () => {
    const { source, tasks } = await samples(ALL);
    const indices = Array.from({ length: 60 }, (_, i) => i);
    await source.load(indices, 0);
    const fractions = tasks.map(({ fraction }) => fraction);
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0.5);
    expect(Math.min(...fractions)).toBeLessThan(0.6);
    expect(Math.max(...fractions)).toBeLessThanOrEqual(1);
    expect(Math.max(...fractions)).toBeGreaterThan(0.9);
    for (const { place, colors } of tasks) {
      for (const share of place!) expect(share >= 0 && share < 1).toBe(true);
      const factors = [colors!.brightness!, colors!.contrast!, colors!.saturation!];
      for (const factor of factors) expect(Math.abs(Math.log(factor))).toBeLessThanOrEqual(Math.log(1.2));
      for (const factor of colors!.tint!)
        expect(Math.abs(Math.log(factor))).toBeLessThanOrEqual(0.3 * Math.log(1.2));
    }
    const blurred = tasks.filter(({ throughShortSide }) => throughShortSide === 256).length;
    expect(blurred).toBeGreaterThan(15);
    expect(blurred).toBeLessThan(45);
  });

  it('keep labels where the lesion is: what is labelled is darker than the rest', async () => {
    const { source } = await samples({ fractions: [0.6, 1], anywhere: true });
    const { images, labels } = await source.load(
      Array.from({ length: 24 }, (_, i) => i),
      0,
    );
    const sums = { lesion: 0, skin: 0 };
    const counts = { lesion: 0, skin: 0 };
    for (let i = 0; i < labels.length; i++) {
      const kind = labels[i]! > 0 ? 'lesion' : 'skin';
      sums[kind] += images[3 * i + 1]!;
      counts[kind]++;
    }
    expect(counts.lesion).toBeGreaterThan(1000);
    expect(sums.lesion / counts.lesion).toBeLessThan(sums.skin / counts.skin - 15);
  });

  it('refuse a jitter that cannot be', () => {
    expect(() => assertJitter({ resolution: 2 })).toThrow('jitter.resolution: out of range; got 2');
    expect(() => assertJitter({ fractions: [0, 1] })).toThrow('jitter.fractions[0]');
    expect(() => assertJitter({ fractions: [0.8, 0.5] })).toThrow('jitter.fractions[1]');
    expect(() => assertJitter({ colors: -1 })).toThrow('jitter.colors');
  });
});
