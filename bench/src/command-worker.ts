// Runs a whole program for each step, from its start to its end, as its user does. Called with a CommandWork as JSON.
import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contiguousData } from '@lesion/core';
import { readMask } from '@lesion/preprocess/node';
import { type NamedValues, writeArrays } from './array-file.js';
import type { CommandWork } from './command-work.js';
import { statusBytes } from './resident-memory.js';
import { serve, type Work } from './serve.js';

/** Of what a program says in the end, this much explains its failure. */
const KEPT_CHARACTERS = 1000;
/** How often the program's memory is looked at. The largest ever is read, so that only its last moments can be missed. */
const LOOK_EVERY_MS = 20;

/** Runs the program. @returns the largest resident set that it had, bytes */
function runOnce({ program, args, environment }: CommandWork): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let peak = 0;
    let said = '';
    const looking = setInterval(() => {
      peak = Math.max(peak, statusBytes('VmHWM', child.pid!) ?? 0);
    }, LOOK_EVERY_MS);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT_CHARACTERS);
    });
    child.once('error', (error) => {
      clearInterval(looking);
      reject(error);
    });
    child.once('close', (code, killedBy) => {
      clearInterval(looking);
      if (code === 0) resolve(peak);
      else reject(new Error(`${program} ended (${killedBy ?? `code ${code}`}): ${said.trim()}`));
    });
  });
}

/** The masks and the diagnoses' scores that a prediction wrote. */
async function readPredictions(folder: string): Promise<NamedValues[]> {
  const arrays: NamedValues[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith('_segmentation.png')) continue;
    const mask = await readMask(join(folder, name));
    arrays.push({ name: `mask ${name}`, shape: mask.shape, values: contiguousData(mask) });
  }
  const table = await readFile(join(folder, 'predictions.csv'), 'utf8');
  const lines = table.trim().split('\n').slice(1).sort();
  const scores = lines.flatMap((line) => line.split(',').slice(1).map(Number));
  return [...arrays, { name: 'scores', shape: [scores.length], values: Float64Array.from(scores) }];
}

await serve<CommandWork>(async (work): Promise<Work> => {
  let peak = 0;
  return {
    facts: { name: work.name },
    async step() {
      await rm(work.out, { recursive: true, force: true });
      peak = Math.max(peak, await runOnce(work));
      return 0;
    },
    figure: (milliseconds) => (60_000 * work.images) / milliseconds,
    peak: () => peak / 1e6,
    answers: {
      async output({ path }) {
        await writeArrays(path!, await readPredictions(work.out));
        return { written: path };
      },
    },
  };
});
