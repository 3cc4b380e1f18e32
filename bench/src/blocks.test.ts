// Each building block runs, and its peers give what ours gives, wherever they are installed.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench, BenchSettings } from './bench.js';
import { BLOCK_BENCHES, SCALE_BENCH } from './blocks.js';
import { PREDICTION_BENCH } from './prediction.js';
import { findPython } from './python.js';
import { runCase } from './run-case.js';

const isBuilt = existsSync(fileURLToPath(new URL('../dist/block-worker.js', import.meta.url)));
const settings = {
  threads: 1,
  tiny: true,
  step: 'loop',
  capacity: { gigabytesPerSecond: 10, gigaoperationsPerSecond: 100 },
} as const;
const modules = [...new Set([...BLOCK_BENCHES, PREDICTION_BENCH].flatMap(({ peerModules }) => peerModules))];
const python = await findPython(modules, { install: false, announce: () => undefined });
// A busy machine takes long to start two dozen processes.
const timeout = 600_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const tinyCases = (bench: Bench, found: BenchSettings['python']) =>
  bench.cases({ ...settings, python: found, folder }).map((one) => ({ ...one, warmup: 0, steps: 1 }));

/** How far a peer may be from ours, by the rows' names. Superpixels and resizing are not the same work in OpenCV. */
const BOUNDS: Record<string, readonly [number, number]> = {
  'slico/tiny/scikit-image': [0.95, 1],
  'slico/tiny/opencv': [0.3, 1],
  'slic/tiny/scikit-image': [0.95, 1],
  'distance-transform/tiny/scipy': [0, 1e-4],
  'distance-transform/tiny/opencv': [0, 1e-4],
  'auc-ap/distinct/scikit-learn': [0, 1e-12],
  'auc-ap/ties/scikit-learn': [0, 1e-12],
  'resize/tiny/opencv': [0, 2],
  'resize/tiny/pillow': [0, 1],
  'components/tiny/opencv': [1, 1],
  'score-masks/2-pairs/opencv': [0, 1e-12],
  'score-masks-decoding/2-pairs/opencv': [0, 1e-12],
  'predict-end-to-end/folder/tiny': [0.8, 1],
};

describe('building blocks', () => {
  it('have cases at each size beside each peer, with a limit where the machine was measured', () => {
    const [slico] = BLOCK_BENCHES;
    const cases = slico!.cases({ ...settings, tiny: false, python: { reason: 'none' }, folder: '/inputs' });
    expect(cases.map(({ name }) => name)).toEqual(
      ['0.3mp', '0.8mp', '3mp', '12mp'].flatMap((size) => [
        `slico/${size}/scikit-image`,
        `slico/${size}/opencv`,
      ]),
    );
    expect(cases[0]!.limit).toEqual({
      value: (640 * 480 * 1920) / 1e8,
      of: '590 M operations (distances to 16 clusters in each of 10 passes) at 100 G/s',
    });
    expect(cases[0]!.peer).toEqual({ name: 'scikit-image', reason: 'none' });
  });

  it('scale against their smallest size', () => {
    const cases = SCALE_BENCH.cases({ ...settings, tiny: false, python: { reason: 'none' }, folder });
    expect(cases.map(({ name }) => name)).toContain('scale/resize');
    expect(cases[0]!.ours.map(({ suffix }) => suffix)).toEqual(['3mp', '12mp', '25mp', '50mp']);
    expect(cases[0]!.units).toEqual({ step: 'ms/MP', memory: 'x image' });
  });
});

describe.skipIf(!isBuilt)('ours without peers', { timeout }, () => {
  it('runs, and says what is missing', async () => {
    const bench = BLOCK_BENCHES.find(({ name }) => name === 'distance-transform')!;
    const [one] = tinyCases(bench, { reason: 'no Python' });
    const [time, memory] = await runCase(one!, { rounds: 1 });
    expect(time).toMatchObject({ peer: null, ratio: null, reason: 'scipy: no Python', unit: 'ms' });
    expect(time!.ours).toBeGreaterThan(0);
    expect(time!.nearness).toBeGreaterThan(0);
    expect(memory!.ours).toBeGreaterThan(10);
  });

  it('counts in megapixels and images where it scales', async () => {
    const scaled = tinyCases(SCALE_BENCH, { reason: 'no Python' });
    const [time, memory] = await runCase(scaled.find(({ name }) => name === 'scale/components')!, {
      rounds: 1,
    });
    expect(time).toMatchObject({ name: 'scale/components/tiny-too', unit: 'ms/MP' });
    expect(time!.ratio).toBeGreaterThan(0);
    expect(memory).toMatchObject({ name: 'scale/components/tiny-too/memory', unit: 'x image' });
    expect(memory!.ours).toBeGreaterThanOrEqual(0);
  });
});

describe.skipIf('reason' in python || !isBuilt)('the peers of building blocks', { timeout }, () => {
  it.each([...BLOCK_BENCHES, PREDICTION_BENCH])('give what $name gives', async (bench) => {
    for (const one of tinyCases(bench, python)) {
      const [row] = await runCase(one, { rounds: 1 });
      expect(row!.reason).toBeUndefined();
      if (one.agreement === undefined) continue;
      const [least, most] = BOUNDS[one.name]!;
      expect(row!.agreement!.value, one.name).toBeGreaterThanOrEqual(least);
      expect(row!.agreement!.value, one.name).toBeLessThanOrEqual(most);
    }
  });
});
