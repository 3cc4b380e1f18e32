import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differenceIn } from './agreement.js';
import { writeArrays } from './array-file.js';
import type { BenchCase, Contender } from './bench.js';
import { runCase } from './run-case.js';

const script = fileURLToPath(new URL('../test/pretend-worker.mjs', import.meta.url));

interface Pretence {
  milliseconds?: number;
  megabytes?: number;
  weights?: number;
  log?: string;
  refuses?: string;
  breaksAfter?: number;
  output?: string;
}

function contender(name: string, pretence: Pretence = {}): Contender {
  const { milliseconds = 10, ...more } = pretence;
  const args = [script, JSON.stringify({ name, milliseconds, ...more })];
  return { name, command: { program: process.execPath, args } };
}

function caseOf(ours: readonly Contender[], ...ways: Contender[]): BenchCase {
  return { name: 'pretend', ours, peer: { name: 'peer', ways }, warmup: 2, steps: 3, memory: true };
}

describe('runCase', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lesion-bench-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('compares medians of times and of memory', async () => {
    const rows = await runCase(
      caseOf(
        [contender('ours', { milliseconds: 20, megabytes: 100 })],
        contender('theirs', { milliseconds: 30, megabytes: 50 }),
      ),
      { rounds: 2 },
    );
    expect(rows).toMatchObject([
      { name: 'pretend', ours: 20, peer: 30, peerName: 'theirs', unit: 'ms', ratio: 1.5, steps: 6 },
      { name: 'pretend/memory', ours: 100, peer: 50, unit: 'MB', ratio: 0.5 },
    ]);
  });

  it('lets nobody work while another one does, and turns the order round', async () => {
    const log = join(folder, 'log');
    const one = caseOf([contender('ours', { log })], contender('theirs', { log }));
    await runCase({ ...one, warmup: 0 }, { rounds: 3 });
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    const turn = (name: string, count = 3): string[] => [`${name} begins ${count}`, `${name} ends`];
    expect(lines).toEqual([
      ...turn('ours'),
      ...turn('theirs'),
      ...turn('theirs'),
      ...turn('ours'),
      ...turn('ours'),
      ...turn('theirs'),
    ]);
  });

  it("compares with the peer's fastest way", async () => {
    const ways = [30, 12, 40].map((milliseconds) => contender(`way ${milliseconds}`, { milliseconds }));
    const [row] = await runCase(caseOf([contender('ours')], ...ways), { rounds: 1 });
    expect(row).toMatchObject({ peerName: 'way 12', peer: 12, ratio: 1.2 });
  });

  it('takes the way with the highest figure where more is better', async () => {
    const ways = [30, 12].map((figure) => contender(`way ${figure}`, { milliseconds: figure }));
    const one = caseOf([contender('ours', { milliseconds: 60 })], ...ways);
    const units = { step: 'images/min', memory: 'MB' } as const;
    const [row] = await runCase({ ...one, units }, { rounds: 1 });
    expect(row).toMatchObject({ peerName: 'way 30', peer: 30, ratio: 2, unit: 'images/min' });
  });

  it('lets several ways of running the peer compete in as few steps as a turn has', async () => {
    const log = join(folder, 'log');
    const ways = [contender('slow', { milliseconds: 30, log }), contender('fast', { log })];
    await runCase({ ...caseOf([contender('ours')], ...ways), warmup: 0, steps: 1 }, { rounds: 1 });
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.filter((line) => line.includes('begins'))).toEqual([
      'slow begins 1',
      'fast begins 1',
      'fast begins 1',
    ]);
  });

  it('has inputs made first, and gives up where they cannot be made', async () => {
    const log = join(folder, 'log');
    const inputs = contender('inputs', { refuses: 'no room on the disk', log }).command;
    const one = { ...caseOf([contender('ours', { log })], contender('theirs')), inputs };
    await expect(runCase(one, { rounds: 1 })).rejects.toThrow('no room on the disk');
    await expect(readFile(log, 'utf8')).rejects.toThrow('ENOENT');
  });

  it('compares results and tells how near ours is to its limit', async () => {
    const result = async (name: string, ...values: number[]): Promise<string> => {
      const path = join(folder, name);
      await writeArrays(path, [{ name: 'output', shape: [3], values: Float64Array.from(values) }]);
      return path;
    };
    const ours = contender('ours', { milliseconds: 20, output: await result('ours', 1, 2, 3) });
    const theirs = contender('theirs', { output: await result('theirs', 1, 2.5, 3) });
    const compared: BenchCase = {
      ...caseOf([ours], theirs),
      agreement: differenceIn('pixels'),
      limit: { value: 5, of: 'bytes' },
      units: { step: 'ms/MP', memory: 'x image' },
    };
    expect(await runCase(compared, { rounds: 1, processes: 2 })).toMatchObject([
      { unit: 'ms/MP', nearness: 0.25, agreement: { measure: 'largest difference, pixels', value: 0.5 } },
      { unit: 'x image' },
    ]);
  });

  it('shows ours alone and says why', async () => {
    const refusal = contender('torch, channels_last', { refuses: 'no such device' });
    const [row] = await runCase(caseOf([contender('ours')], refusal), { rounds: 1 });
    expect(row).toMatchObject({
      ours: 10,
      peer: null,
      ratio: null,
      peerName: 'peer',
      reason: 'peer: no such device',
    });
  });

  it('gives each of ours a row, with a reason for the one that cannot run', async () => {
    const ours = [
      { ...contender('gpu', { refuses: 'no adapter' }), suffix: 'gpu' },
      { ...contender('cpu'), suffix: 'cpu' },
    ];
    const rows = await runCase({ ...caseOf(ours, contender('theirs')), memory: false }, { rounds: 1 });
    expect(rows).toMatchObject([
      { name: 'pretend/gpu', ours: null, peer: 10, ratio: null, reason: 'gpu: no adapter' },
      { name: 'pretend/cpu', ours: 10, peer: 10, ratio: 1 },
    ]);
  });

  it('refuses networks of different size', async () => {
    const unequal = caseOf([contender('ours', { weights: 7 })], contender('theirs', { weights: 8 }));
    await expect(runCase(unequal, { rounds: 1 })).rejects.toThrow(
      'pretend: the contenders have different networks; got ours: 7 trainable weights, theirs: 8 trainable weights; expected the same number of trainable weights',
    );
  });

  it('tells what a worker said before it ended', async () => {
    const breaking = caseOf([contender('ours', { breaksAfter: 2 })], contender('theirs'));
    await expect(runCase(breaking, { rounds: 5 })).rejects.toThrow(
      /the worker ended \(code 1\).*out of pretend memory/s,
    );
  });

  it('names a program that does not start', async () => {
    const absent: Contender = { name: 'absent', command: { program: 'no-such-python', args: [] } };
    const [row] = await runCase(caseOf([contender('ours')], absent), { rounds: 1 });
    expect(row!.reason).toMatch(/^peer: no-such-python does not start: .*ENOENT/);
  });

  it('stops when it is asked to', async () => {
    const stopping = new AbortController();
    const running = runCase(caseOf([contender('ours')], contender('theirs')), {
      rounds: 1000,
      signal: stopping.signal,
      onProgress: (what) => {
        if (what.startsWith('round')) stopping.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
