import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandWork } from './command-work.js';
import { statusBytes } from './resident-memory.js';
import { BenchWorker } from './worker-process.js';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('a worker leaves nothing behind that it has started', async () => {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    console.log(JSON.stringify({ ready: { name: String(child.pid) } }));
    setInterval(() => {}, 1000);`;
  const worker = await BenchWorker.start({ program: process.execPath, args: ['-e', script] });
  const pid = Number(worker.facts.name);
  expect(isAlive(pid)).toBe(true);
  await worker.close();
  for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(50);
  expect(isAlive(pid)).toBe(false);
});

const commandWorker = fileURLToPath(new URL('../dist/command-worker.js', import.meta.url));

describe.skipIf(!existsSync(commandWorker))('a program as a step', () => {
  const run = async (script: string): Promise<{ figure: number; peak: number }> => {
    const folder = await mkdtemp(join(tmpdir(), 'lesion-bench-test-'));
    const work: CommandWork = {
      name: 'a program',
      program: process.execPath,
      args: ['-e', script],
      environment: { GREETING: 'hello' },
      out: join(folder, 'out'),
      images: 3,
    };
    const worker = await BenchWorker.start({
      program: process.execPath,
      args: [commandWorker, JSON.stringify(work)],
    });
    try {
      const [figure] = await worker.steps(1);
      return { figure: figure!, peak: await worker.peakMemory() };
    } finally {
      await worker.close();
      await rm(folder, { recursive: true });
    }
  };

  it('counts images a minute and the memory of the program, not of its worker', async () => {
    const { figure, peak } = await run('setTimeout(() => {}, 500); globalThis.kept = Buffer.alloc(3e8, 1)');
    // Half a second and more for three images.
    expect(figure).toBeLessThan(360);
    expect(figure).toBeGreaterThan(0);
    if (statusBytes('VmHWM', 'self') !== undefined) expect(peak).toBeGreaterThan(300);
  });

  it('says why the program failed', async () => {
    await expect(run('console.error(process.env.GREETING); process.exit(3)')).rejects.toThrow(
      /ended \(code 3\): hello/,
    );
  });
});

it('memory of a process that is gone is not known', () => {
  expect(statusBytes('VmHWM', 2 ** 30)).toBeUndefined();
});
