/** What a worker is asked to do with a network: plain data that goes to Node and to Python alike. */
import { assertOneOf } from '@lesion/core';
import { LFN_WIDTHS, type LfnVariant } from '@lesion/lfn';

/** What ours can run on. The names before the slash are tfjs backends, or Dawn's for `tfjs-webgpu`. */
export const ROADS = [
  'onnxruntime',
  'onnxruntime-webgpu',
  'onnxruntime-cuda',
  'tfjs-webgpu',
  'tfjs-node-gpu',
  'wasm',
  'cpu',
] as const;
/** A way from the layers model to the processor that computes it. */
export type Road = (typeof ROADS)[number];

export type TrainingStep = 'loop' | 'minimize';

/** A network, a task and its size. */
export interface NetworkWork {
  network: 'lfn' | 'fcrn88';
  task: 'train' | 'predict';
  batch: number;
  /** Height and width of an input, pixels. */
  size: number;
  /** The LFN's variant, and its widths for the peer. */
  variant: LfnVariant;
  widths: readonly number[];
  /** Multiplies the FCRN's channels. */
  width: number;
  threads: number;
  learningRate: number;
  momentum: number;
  /** Training steps that {@link assertParity} compares. */
  paritySteps: number;
}

/** What ours is told: the road, and how a training step is taken. */
export interface OurWork extends NetworkWork {
  road: Road;
  /** As `@lesion/train`'s loop takes a step, or by the optimiser's `minimize`. */
  step: TrainingStep;
}

/** What the peer is told: the memory format, the device, and whether the network is frozen for prediction. */
export interface PeerWork extends NetworkWork {
  layout: 'contiguous' | 'channels_last';
  device: 'cpu' | 'cuda';
  frozen: boolean;
}

/** Options of {@link networkWork}. */
export interface NetworkWorkOptions {
  network: NetworkWork['network'];
  task: NetworkWork['task'];
  batch: number;
  threads: number;
  /** Whether to take the smallest sizes that the networks allow, which prove that all runs, not how fast. */
  tiny: boolean;
}

/** The work of the benchmarks: the LFN on 56x56 patches, FCRN-88 on 320x320 images. */
export function networkWork({ network, task, batch, threads, tiny }: NetworkWorkOptions): NetworkWork {
  assertOneOf(network, ['lfn', 'fcrn88'], 'network');
  const variant: LfnVariant = tiny ? 'narrow' : 'standard';
  const sizes = tiny ? { lfn: 16, fcrn88: 64 } : { lfn: 56, fcrn88: 320 };
  return {
    network,
    task,
    batch,
    size: sizes[network],
    variant,
    widths: LFN_WIDTHS[variant],
    width: tiny ? 1 / 16 : 1,
    threads,
    learningRate: 1e-3,
    momentum: 0.9,
    paritySteps: 3,
  };
}
