/**
 * What the machine can do at most, measured: how fast all threads together copy memory, and how fast the fastest
 * library here multiplies matrices. Limits of benchmarks are made of both.
 */
import { fileURLToPath } from 'node:url';
import type { Limit } from './rows.js';
import { BenchWorker } from './worker-process.js';

export interface Capacity {
  /** Bytes that all threads together can read or write, 10^9 a second. */
  gigabytesPerSecond: number;
  /** Multiplications and additions of float32 that all threads together can do, 10^9 a second. */
  gigaoperationsPerSecond: number;
}

/** What a probe is told to do, plain data. */
export type CapacityProbe =
  | { probe: 'copy'; bytes: number }
  | { probe: 'product'; size: number; threads: number };

const WORKER = fileURLToPath(new URL('../dist/capacity-worker.js', import.meta.url));
/** Many times what a cache holds. */
const COPIED_BYTES = 128e6;
/** Side of the matrices: enough that loading them takes no time beside multiplying them. */
const PRODUCT_SIZE = 1536;
const STEPS = 8;

function start(probe: CapacityProbe, signal: AbortSignal | undefined): Promise<BenchWorker> {
  return BenchWorker.start({ program: process.execPath, args: [WORKER, JSON.stringify(probe)] }, signal);
}

/** The fastest step counts: a limit is what the machine could do at its best. */
export async function measureCapacity(threads: number, signal?: AbortSignal): Promise<Capacity> {
  const workers: BenchWorker[] = [];
  try {
    for (let i = 0; i < threads; i++) {
      workers.push(await start({ probe: 'copy', bytes: COPIED_BYTES }, signal));
    }
    const times = await Promise.all(workers.map((worker) => worker.steps(STEPS)));
    // All copy at once, so each of them had its share of the memory only.
    const gigabytesPerSecond = times.reduce(
      (sum, own) => sum + (2 * COPIED_BYTES) / (Math.min(...own) * 1e6),
      0,
    );
    const product = await start({ probe: 'product', size: PRODUCT_SIZE, threads }, signal);
    workers.push(product);
    const fastest = Math.min(...(await product.steps(STEPS)));
    return { gigabytesPerSecond, gigaoperationsPerSecond: (2 * PRODUCT_SIZE ** 3) / (fastest * 1e6) };
  } finally {
    for (const worker of workers) await worker.close();
  }
}

/** What a step has to move and to compute, whoever does it and however cleverly. */
export interface Toll {
  /** Each byte of the input read once, each of the result written once. */
  bytes: number;
  /** Multiplications, additions and comparisons. */
  operations: number;
  /** What the operations are, in words. */
  of?: string;
}

const inUnits = (value: number): string =>
  value >= 1e9 ? `${(value / 1e9).toPrecision(3)} G` : `${(value / 1e6).toPrecision(3)} M`;

/**
 * The time below which no step can stay, in milliseconds: whatever takes longer, moving the bytes or doing the operations.
 * A limit of anything else than milliseconds is made of it by `figure`.
 */
export function limitOf(
  toll: Toll,
  capacity: Capacity | undefined,
  figure: (milliseconds: number) => number = (time) => time,
): Limit | undefined {
  if (capacity === undefined) return undefined;
  const moving = toll.bytes / (capacity.gigabytesPerSecond * 1e6);
  const computing = toll.operations / (capacity.gigaoperationsPerSecond * 1e6);
  const of =
    moving >= computing
      ? `${inUnits(toll.bytes)}B moved at ${capacity.gigabytesPerSecond.toPrecision(3)} GB/s`
      : `${inUnits(toll.operations)} operations${toll.of === undefined ? '' : ` (${toll.of})`} at ${capacity.gigaoperationsPerSecond.toPrecision(3)} G/s`;
  return { value: figure(Math.max(moving, computing)), of };
}
