// kill -9 at ten random moments of a run, by the program that does it on real data too.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeSyntheticDataset } from '@lesion/isic';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Verdict {
  passed: boolean;
  sameWeights: boolean;
  sameLosses: boolean;
  arrays: number;
  leftovers: string[];
  kills: { stretch: string; milliseconds: number; after: string; signal: string }[];
  stretches: string[];
}

const SCRIPT = fileURLToPath(new URL('./kill-ten-times.mjs', import.meta.url));
const MINUTES = 60_000;
let work: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lesion-killed-'));
  await writeSyntheticDataset(join(work, 'data'), {
    training: 24,
    validation: 1,
    test: 1,
    shortSide: 96,
    seed: 5,
  });
});
afterAll(() => rm(work, { recursive: true, force: true }));

async function kill(network: 'lin' | 'lfn', options: object): Promise<Verdict> {
  const args = [
    SCRIPT,
    '--data',
    join(work, 'data'),
    '--network',
    network,
    '--engine',
    'onnxruntime',
    '--json',
  ];
  const more = ['--options', JSON.stringify({ trainingShare: 0.5, ...options })];
  // A verdict that is not passed ends with exit code 1, but is a verdict.
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...more]).catch(
    (error: Error & { stdout?: string }) => {
      if (!error.stdout) throw error;
      return { stdout: error.stdout };
    },
  );
  return JSON.parse(stdout) as Verdict;
}

function expectTenKills({ passed, kills, arrays, ...verdict }: Verdict): void {
  expect(kills).toHaveLength(10);
  for (const { signal, milliseconds, after } of kills) {
    expect(signal).toBe('SIGKILL');
    expect(milliseconds).toBeGreaterThan(0);
    expect(after).not.toBe('end');
  }
  expect(new Set(kills.map(({ after }) => after)).size).toBeGreaterThan(2);
  expect(arrays).toBeGreaterThan(50);
  expect(verdict).toMatchObject({ sameWeights: true, sameLosses: true, leftovers: [] });
  expect(passed).toBe(true);
}

describe('a run that is killed ten times at random moments', () => {
  it(
    'ends with the weights of an undisturbed one: LIN',
    async () => {
      const verdict = await kill('lin', {
        architecture: { depth: 50, width: 1 / 32 },
        size: 64,
        scales: [64],
        schedule: { epochs: 1, stepsPerEpoch: 5, batchSize: 4, microBatchSize: 4, settlingBatches: 3 },
      });
      expectTenKills(verdict);
      const ofNetwork = (name: string): string[] =>
        ['training', 'after training', 'validation', 'after validation'].map(
          (phase) => `${phase} ${name}, epoch 1`,
        );
      expect(verdict.stretches).toEqual(['begin', ...ofNetwork('dr'), ...ofNetwork('dm')]);
      // One kill was drawn in each stretch, the tenth anywhere.
      expect(verdict.kills.map(({ stretch }) => stretch).sort()).toEqual(
        [...verdict.stretches, 'anywhere'].sort(),
      );
    },
    5 * MINUTES,
  );

  it(
    'ends with the weights of an undisturbed one: LFN',
    async () => {
      const verdict = await kill('lfn', {
        architecture: { variant: 'narrow' },
        patches: 48,
        schedule: { epochs: 2, stepsPerEpoch: 3, batchSize: 4, microBatchSize: 4, settlingBatches: 2 },
      });
      expectTenKills(verdict);
      expect(verdict.stretches).toEqual(
        expect.arrayContaining([
          'begin',
          'superpixels training',
          'patches training',
          'patches validation',
          'training lfn, epoch 2',
          'after validation lfn, epoch 2',
        ]),
      );
    },
    5 * MINUTES,
  );
});
