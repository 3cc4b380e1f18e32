/** Running one case: start everyone, choose the peer's fastest way, take turns, make rows. */
import { invalidArgument, LesionError } from '@lesion/core';
import type { BenchCase, Contender } from './bench.js';
import { type BenchRow, type Measured, type Missing, memoryRow, timeRow } from './rows.js';
import { median } from './statistics.js';
import { takeTurns } from './turns.js';
import { BenchWorker } from './worker-process.js';

export interface RunCaseOptions {
  rounds: number;
  signal?: AbortSignal | undefined;
  /** Told what happens now, in a few words. */
  onProgress?: ((what: string) => void) | undefined;
}

/** Steps that each way of running the peer takes for the choice between them. */
const TRIAL_STEPS = 4;

interface Running {
  name: string;
  worker: BenchWorker;
}

export async function runCase(
  benchCase: BenchCase,
  { rounds, signal, onProgress = () => undefined }: RunCaseOptions,
): Promise<BenchRow[]> {
  const workers: BenchWorker[] = [];
  const { warmup, steps } = benchCase;

  const start = async (contender: Contender): Promise<Running | Missing> => {
    onProgress(`starting ${contender.name}`);
    try {
      const worker = await BenchWorker.start(contender.command, signal);
      workers.push(worker);
      onProgress(`warming up ${worker.facts.name}`);
      if (warmup > 0) await worker.steps(warmup);
      return { name: worker.facts.name, worker };
    } catch (error) {
      if (LesionError.isInstance(error)) throw error;
      return { name: contender.name, reason: (error as Error).message };
    }
  };

  try {
    const ours: (Running | Missing)[] = [];
    for (const contender of benchCase.ours) ours.push(await start(contender));
    const peer = await startPeer(benchCase.peer, start);
    const running = [...ours, peer].filter((side): side is Running => 'worker' in side);
    assertSameNetwork(benchCase.name, running);
    const times = await takeTurns(
      running.map(({ worker }) => worker),
      { rounds, steps, onRound: (round) => onProgress(`round ${round} of ${rounds}`) },
    );
    const measured = new Map<Running | Missing, Measured | Missing>();
    for (const side of [...ours, peer]) {
      measured.set(
        side,
        'worker' in side
          ? {
              name: side.name,
              rounds: times[running.indexOf(side)]!,
              megabytes: await side.worker.peakMegabytes(),
            }
          : side,
      );
    }
    return ours.flatMap((side, i) => {
      const { suffix } = benchCase.ours[i]!;
      const name = suffix === undefined ? benchCase.name : `${benchCase.name}/${suffix}`;
      const [mine, theirs] = [measured.get(side)!, measured.get(peer)!];
      return [timeRow(name, mine, theirs), ...(benchCase.memory ? [memoryRow(name, mine, theirs)] : [])];
    });
  } finally {
    for (const worker of workers) await worker.close();
  }
}

/** Starts every way of running the peer and keeps the fastest. */
async function startPeer(
  peer: BenchCase['peer'],
  start: (contender: Contender) => Promise<Running | Missing>,
): Promise<Running | Missing> {
  if ('reason' in peer) return peer;
  const tried: { side: Running; time: number }[] = [];
  const reasons = new Set<string>();
  for (const way of peer.ways) {
    const side = await start(way);
    if (isMissingSide(side)) reasons.add(side.reason);
    else tried.push({ side, time: median(await side.worker.steps(TRIAL_STEPS)) });
  }
  tried.sort((a, b) => a.time - b.time);
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
