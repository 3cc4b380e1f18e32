/** Running one case: make inputs, start everyone, choose the peer's fastest way, take turns, compare, make rows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invalidArgument, LesionError } from '@lesion/core';
import { readArrays } from './array-file.js';
import type { Agreement, BenchCase, Contender } from './bench.js';
import {
  type BenchRow,
  compareFigures,
  type Measured,
  type Missing,
  memoryRow,
  timeRow,
  type Unit,
} from './rows.js';
import { median } from './statistics.js';
import { takeTurns } from './turns.js';
import { BenchWorker } from './worker-process.js';

export interface RunCaseOptions {
  /** Rounds of turns in each set of processes. */
  rounds: number;
  /** Sets of fresh processes: where its memory lies decides by a third how fast a process is. @default 1 */
  processes?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told what happens now, in a few words. */
  onProgress?: ((what: string) => void) | undefined;
}

const USUAL_UNITS: Required<BenchCase>['units'] = { step: 'ms', memory: 'MB' };

/** Steps, at most, that each way of running the peer takes for the choice between them. */
const TRIAL_STEPS = 4;

interface Running {
  name: string;
  worker: BenchWorker;
  contender: Contender;
}

/** What a set of processes measured: ours in the order of the case, then the peer and the way it was run. */
interface MeasuredSet {
  sides: (Measured | Missing)[];
  way: Contender | undefined;
  /** For each of ours how alike its result and the peer's are, where that was asked for and both have one. */
  agreements: (number | undefined)[];
}

export async function runCase(
  benchCase: BenchCase,
  { rounds, processes = 1, signal, onProgress = () => undefined }: RunCaseOptions,
): Promise<BenchRow[]> {
  const { units = USUAL_UNITS, limit, agreement, inputs } = benchCase;
  if (inputs !== undefined) {
    onProgress('making inputs');
    await (await BenchWorker.start(inputs, signal)).close();
  }
  let peer = benchCase.peer;
  const sets: (Measured | Missing)[][] = [];
  const agreements: (number | undefined)[] = [];
  for (let set = 0; set < processes; set++) {
    const told = (what: string) => onProgress(processes > 1 ? `processes ${set + 1}, ${what}` : what);
    // The same work again gives the same results.
    const { agreement: _, ...withoutAgreement } = benchCase;
    const { sides, way, ...more } = await measureOnce(
      { ...(set === 0 ? benchCase : withoutAgreement), peer },
      { rounds, signal, onProgress: told },
    );
    sets.push(sides);
    if (set === 0) agreements.push(...more.agreements);
    if (way !== undefined && 'ways' in peer) peer = { ...peer, ways: [way] };
  }
  const pooled = sets[0]!.map((_, i) => pool(sets.map((sides) => sides[i]!)));
  const theirs = pooled.pop()!;
  return pooled.flatMap((mine, i) => {
    const { suffix } = benchCase.ours[i]!;
    const name = suffix === undefined ? benchCase.name : `${benchCase.name}/${suffix}`;
    const value = agreements[i];
    return [
      timeRow(name, mine, theirs, {
        unit: units.step,
        limit,
        agreement: value === undefined ? undefined : { measure: agreement!.measure, value },
      }),
      ...(benchCase.memory ? [memoryRow(name, mine, theirs, units.memory)] : []),
    ];
  });
}

/** All rounds of one side, and the largest memory of its processes. */
function pool(sides: readonly (Measured | Missing)[]): Measured | Missing {
  const measured = sides.filter((side): side is Measured => 'rounds' in side);
  if (measured.length < sides.length) return sides.find((side) => !('rounds' in side))!;
  return {
    name: measured[0]!.name,
    rounds: measured.flatMap((side) => side.rounds),
    peak: Math.max(...measured.map((side) => side.peak)),
  };
}

async function measureOnce(
  benchCase: BenchCase,
  { rounds, signal, onProgress }: Required<Pick<RunCaseOptions, 'rounds' | 'onProgress'>> & RunCaseOptions,
): Promise<MeasuredSet> {
  const workers: BenchWorker[] = [];
  const { warmup, steps, units = USUAL_UNITS } = benchCase;

  const start = async (contender: Contender): Promise<Running | Missing> => {
    onProgress?.(`starting ${contender.name}`);
    try {
      const worker = await BenchWorker.start(contender.command, signal);
      workers.push(worker);
      onProgress?.(`warming up ${worker.facts.name}`);
      if (warmup > 0) await worker.steps(warmup);
      return { name: worker.facts.name, worker, contender };
    } catch (error) {
      if (LesionError.isInstance(error)) throw error;
      return { name: contender.name, reason: (error as Error).message };
    }
  };

  try {
    const ours: (Running | Missing)[] = [];
    for (const contender of benchCase.ours) ours.push(await start(contender));
    const trial = { steps: Math.min(TRIAL_STEPS, steps), unit: units.step };
    const peer = await startPeer(benchCase.peer, trial, start);
    const running = [...ours, peer].filter((side): side is Running => 'worker' in side);
    assertSameNetwork(benchCase.name, running);
    const times = await takeTurns(
      running.map(({ worker }) => worker),
      { rounds, steps, onRound: (round) => onProgress?.(`round ${round} of ${rounds}`) },
    );
    const sides: (Measured | Missing)[] = [];
    for (const side of [...ours, peer]) {
      sides.push(
        'worker' in side
          ? {
              name: side.name,
              rounds: times[running.indexOf(side)]!,
              peak: await side.worker.peakMemory(),
            }
          : side,
      );
    }
    const { agreement } = benchCase;
    // After memory was asked for, since to write a result takes some.
    const agreements = agreement === undefined ? [] : await compareResults(ours, peer, agreement);
    return { sides, way: 'worker' in peer ? peer.contender : undefined, agreements };
  } finally {
    for (const worker of workers) await worker.close();
  }
}

/** How alike the peer's result and that of each of ours are. */
async function compareResults(
  ours: readonly (Running | Missing)[],
  peer: Running | Missing,
  { of }: Agreement,
): Promise<(number | undefined)[]> {
  if (isMissingSide(peer)) return [];
  const folder = await mkdtemp(join(tmpdir(), 'lesion-bench-'));
  try {
    const path = join(folder, 'output.bin');
    await peer.worker.writeOutput(path);
    const theirs = await readArrays(path);
    const values: (number | undefined)[] = [];
    for (const side of ours) {
      if (isMissingSide(side)) {
        values.push(undefined);
        continue;
      }
      await side.worker.writeOutput(path);
      values.push(of(await readArrays(path), theirs));
    }
    return values;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts every way of running the peer and keeps the fastest. */
async function startPeer(
  peer: BenchCase['peer'],
  trial: { steps: number; unit: Unit },
  start: (contender: Contender) => Promise<Running | Missing>,
): Promise<Running | Missing> {
  if ('reason' in peer) return peer;
  const tried: { side: Running; figure: number }[] = [];
  const reasons = new Set<string>();
  for (const way of peer.ways) {
    const side = await start(way);
    if (isMissingSide(side)) reasons.add(side.reason);
    else if (peer.ways.length === 1) return side;
    else tried.push({ side, figure: median(await side.worker.steps(trial.steps)) });
  }
  const order = compareFigures(trial.unit);
  tried.sort((a, b) => order(a.figure, b.figure));
  const [fastest, ...others] = tried;
  for (const { side } of others) await side.worker.close();
  return fastest?.side ?? { name: peer.name, reason: [...reasons].join('; ') };
}

function isMissingSide(side: Running | Missing): side is Missing {
  return !('worker' in side);
}

/** Networks of different size are no comparison. */
function assertSameNetwork(name: string, running: readonly Running[]): void {
  const counts = new Map(running.map((side) => [side.name, side.worker.facts.weights]));
  if (new Set(counts.values()).size <= 1) return;
  throw invalidArgument({
    what: 'the contenders have different networks',
    where: name,
    got: [...counts].map(([side, count]) => `${side}: ${count} trainable weights`).join(', '),
    expected: 'the same number of trainable weights',
  });
}
