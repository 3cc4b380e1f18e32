/**
 * The fast path of components, in WebAssembly: the runs of `runs`, joined and drawn there. Leans on core and on what
 * `runs` declares.
 */
import { type Kernels, loadKernels } from '@lesion/core';
import { binary } from './kernels/binary.js';
import type { Connectivity } from './runs.js';

/** Compiled from `assembly/runs.ts`, which describes the functions. */
interface RunKernels {
  countRuns(mask: number, rows: number, width: number, inverted: boolean): number;
  useRuns(bounds: number, numbers: number, parents: number, areas: number, edges: number): void;
  stepsTaken(): number;
  connectRows(
    mask: number,
    firstRow: number,
    rows: number,
    height: number,
    width: number,
    inverted: boolean,
    reach: number,
  ): void;
  settle(): number;
  largestNumber(): number;
  draw(run: number, kept: number, from: number, length: number, out: number, inverted: boolean): number;
}

/** What passes between JavaScript and WebAssembly at a time stays in the nearest cache but one. */
const BAND_PIXELS = 2 ** 17;

/** Bytes that kernels read or write beyond a band. */
const BEYOND = 64;

/** Bytes for each run: its bounds, its number, a number's parent and pixels, whether it is at the edge and drawn. */
const RUN_BYTES = 22;

/** What connecting took. */
export interface ConnectionWork {
  runs: number;
  /** Steps from one number of a component to the next. */
  steps: number;
}

/** Runs with the number of their component each, in the kernels' memory. */
export interface FastRuns {
  readonly count: number;
  /** The first pixel of each and the one after its last. */
  readonly bounds: Int32Array;
  /** The number of each one's component: lower for a component that is met before. */
  readonly numbers: Int32Array;
  /** How many numbers were given out; some stand for no component. */
  readonly numberCount: number;
  /** Whether a component touches the edge of the image, by its number. */
  readonly edges: Uint8Array;
  /** The number of the component with the most pixels, the first of several; -1 if there is none. */
  largest(): number;
  /** A mask of the components whose numbers `kept` marks: 1 on 0 or, inverted, 0 on 1. */
  draw(kept: Uint8Array, inverted: boolean): Uint8Array;
}

/**
 * Connects the runs of a value and hands them to `use`, which must not keep them.
 *
 * @param mask Bytes of 0 and 1, rows of `width`.
 * @param work Filled in with what it took.
 * @returns What `use` returns; undefined where there is no WebAssembly.
 */
export function withFastRuns<T>(
  mask: Uint8Array,
  width: number,
  value: 0 | 1,
  connectivity: Connectivity,
  use: (runs: FastRuns) => T,
  work?: ConnectionWork,
): T | undefined {
  const height = mask.length / width;
  const bandRows = Math.min(height, Math.max(1, Math.floor(BAND_PIXELS / width)));
  const bandBytes = bandRows * width + BEYOND;
  const inverted = value === 0;
  const count = lend(bandBytes, 1, (kernels) => {
    const band = kernels.array(Uint8Array, bandBytes);
    let runs = 0;
    eachBand(height, bandRows, (first, rows) => {
      band.set(mask.subarray(first * width, (first + rows) * width));
      runs += kernels.functions.countRuns(band.byteOffset, rows, width, inverted);
    });
    return runs;
  });
  if (count === undefined) return undefined;
  return lend(bandBytes + RUN_BYTES * count, 7, (kernels) => {
    const { functions } = kernels;
    const band = kernels.array(Uint8Array, bandBytes);
    const bounds = kernels.array(Int32Array, 2 * count);
    const numbers = kernels.array(Int32Array, count);
    const parents = kernels.reserve(4 * count);
    const areas = kernels.reserve(4 * count);
    const edges = kernels.array(Uint8Array, count);
    const drawn = kernels.array(Uint8Array, count);
    functions.useRuns(bounds.byteOffset, numbers.byteOffset, parents, areas, edges.byteOffset);
    const reach = connectivity === 8 ? 1 : 0;
    eachBand(height, bandRows, (first, rows) => {
      band.set(mask.subarray(first * width, (first + rows) * width));
      functions.connectRows(band.byteOffset, first, rows, height, width, inverted, reach);
    });
    const numberCount = functions.settle();
    if (work !== undefined) Object.assign(work, { runs: count, steps: functions.stepsTaken() });
    return use({
      count,
      bounds,
      numbers,
      numberCount,
      edges: edges.subarray(0, numberCount),
      largest: () => functions.largestNumber(),
      draw(kept, invertedOut) {
        drawn.set(kept);
        const out = new Uint8Array(mask.length);
        let run = 0;
        eachBand(height, bandRows, (first, rows) => {
          const from = first * width;
          const length = rows * width;
          run = functions.draw(run, drawn.byteOffset, from, length, band.byteOffset, invertedOut);
          out.set(band.subarray(0, length), from);
        });
        return out;
      },
    });
  });
}

function lend<T>(bytes: number, pieces: number, use: (kernels: Kernels<RunKernels>) => T): T | undefined {
  const kernels = loadKernels<RunKernels>(binary, bytes, pieces);
  if (kernels === undefined) return undefined;
  try {
    return use(kernels);
  } finally {
    kernels.release();
  }
}

function eachBand(height: number, bandRows: number, run: (first: number, rows: number) => void): void {
  for (let first = 0; first < height; first += bandRows) run(first, Math.min(bandRows, height - first));
}
