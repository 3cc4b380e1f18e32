/**
 * Whether the peer computes the same: our weights and input go to it through a file, and its output and its losses
 * over a few training steps must be ours.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ourCommand, peerCommand } from './networks.js';
import { networkWork, type Road, type TrainingStep } from './work.js';
import { BenchWorker } from './worker-process.js';

export interface ParityOptions {
  python: string;
  threads: number;
  road: Road;
  step: TrainingStep;
  signal?: AbortSignal | undefined;
}

export interface ParityReport {
  network: 'lfn' | 'fcrn88';
  oursName: string;
  peerName: string;
  /** Trainable weights, ours and the peer's. */
  weights: [number, number];
  /** Largest difference of an output, as a share of the largest output. */
  outputDifference: number;
  /** Losses of successive training steps, ours and the peer's. */
  losses: [number[], number[]];
  /** Largest difference of a loss, as a share of the loss. */
  lossDifference: number;
  agrees: boolean;
}

/** float32 sums over a few thousand terms, in another order. */
const OUTPUT_TOLERANCE = 1e-4;
/**
 * A tenth of what three steps change. Rounding alone stays near 1e-6, but a value that it moves across 0 passes
 * ReLU's gradient on one side only, which at this width is a part of the whole.
 */
const LOSS_TOLERANCE = 5e-4;

/** Compares the networks at reduced width. */
export async function checkParity(
  network: ParityReport['network'],
  { python, threads, road, step, signal }: ParityOptions,
): Promise<ParityReport> {
  const work = networkWork({ network, task: 'train', batch: 4, threads, tiny: true });
  const folder = await mkdtemp(join(tmpdir(), 'lesion-bench-'));
  const workers: BenchWorker[] = [];
  const start = async (command: Parameters<typeof BenchWorker.start>[0]): Promise<BenchWorker> => {
    const worker = await BenchWorker.start(command, signal);
    workers.push(worker);
    return worker;
  };
  try {
    const path = join(folder, 'parity.bin');
    const ours = await start(ourCommand({ ...work, road, step }));
    const mine = (await ours.ask({ do: 'parity', path })) as { losses: number[] };
    const peer = await start(
      peerCommand(python, { ...work, layout: 'contiguous', device: 'cpu', frozen: false }),
    );
    const theirs = (await peer.ask({ do: 'parity', path })) as {
      difference: number;
      scale: number;
      losses: number[];
    };
    const weights: [number, number] = [ours.facts.weights!, peer.facts.weights!];
    const outputDifference = theirs.difference / theirs.scale;
    const lossDifference = Math.max(
      ...mine.losses.map((loss, i) => Math.abs(loss - theirs.losses[i]!) / Math.abs(loss)),
    );
    return {
      network,
      oursName: ours.facts.name,
      peerName: peer.facts.name,
      weights,
      outputDifference,
      losses: [mine.losses, theirs.losses],
      lossDifference,
      agrees:
        weights[0] === weights[1] && outputDifference < OUTPUT_TOLERANCE && lossDifference < LOSS_TOLERANCE,
    };
  } finally {
    for (const worker of workers) await worker.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A report as a line for people. */
export function formatParity(report: ParityReport): string {
  const { network, oursName, peerName, weights, outputDifference, lossDifference, losses } = report;
  return [
    `${report.agrees ? 'same' : 'DIFFERENT'}  ${network}: ${oursName} and ${peerName}`,
    `trainable weights ${weights.join(' and ')}`,
    `largest relative difference of an output ${outputDifference.toExponential(1)}`,
    `of the loss over ${losses[0].length} steps ${lossDifference.toExponential(1)}`,
  ].join('; ');
}
