/** The benchmarks of the networks: training steps and predictions of the LFN and FCRN-88 beside torch. */
import { fileURLToPath } from 'node:url';
import { assertOneOf } from '@lesion/core';
import type { Bench, BenchCase, BenchSettings, Contender } from './bench.js';
import {
  type NetworkWork,
  type NetworkWorkOptions,
  networkWork,
  type OurWork,
  type PeerWork,
  ROADS,
  type Road,
} from './work.js';

/** Beside this file in the sources and in the build alike. */
const PYTHON_FOLDER = fileURLToPath(new URL('../python/', import.meta.url));
const NODE_WORKER = fileURLToPath(new URL('../dist/network-worker.js', import.meta.url));

export function ourCommand(work: OurWork): Contender['command'] {
  return { program: process.execPath, args: [NODE_WORKER, JSON.stringify(work)] };
}

export function peerCommand(python: string, work: PeerWork): Contender['command'] {
  return { program: python, args: [`${PYTHON_FOLDER}network_worker.py`, JSON.stringify(work)] };
}

function ours(work: NetworkWork, road: Road, step: OurWork['step']): Contender {
  return { name: road, command: ourCommand({ ...work, road, step }) };
}

/** Ways to run torch: its usual memory format and the one with channels last. */
export function torch(
  work: NetworkWork,
  { python }: BenchSettings,
  { device = 'cpu', frozen = false }: Partial<Pick<PeerWork, 'device' | 'frozen'>> = {},
): BenchCase['peer'] {
  const name = device === 'cuda' ? 'torch.cuda' : 'torch';
  if ('reason' in python) return { name, reason: python.reason };
  const ways = (['contiguous', 'channels_last'] as const).map((layout) => ({
    name: `${name}, ${layout}`,
    command: peerCommand(python.python, { ...work, layout, device, frozen }),
  }));
  return { name, ways };
}

interface NetworkBenchOptions {
  summary: string;
  network: NetworkWorkOptions['network'];
  task: NetworkWorkOptions['task'];
  batches: readonly number[];
  warmup: number;
  steps: number;
}

function networkBench(name: string, options: NetworkBenchOptions): Bench {
  const { network, task, batches, warmup, steps } = options;
  return {
    name,
    group: 'networks',
    summary: options.summary,
    byDefault: true,
    peerModules: ['torch'],
    cases: (settings) => {
      const road = settings.road ?? 'onnxruntime';
      assertOneOf(road, ROADS, '--road');
      const { threads, tiny, step } = settings;
      return (tiny ? [2] : batches).flatMap((batch) => {
        const work = networkWork({ network, task, batch, threads, tiny });
        const shared = { ours: [ours(work, road, step)], warmup, steps, memory: true };
        const plain: BenchCase = {
          ...shared,
          name: `${name}/batch-${batch}`,
          peer: torch(work, settings),
        };
        if (task === 'train') return [plain];
        const frozen: BenchCase = {
          ...shared,
          name: `${name}/batch-${batch}/frozen-peer`,
          peer: torch(work, settings, { frozen: true }),
        };
        return [plain, frozen];
      });
    },
  };
}

/** Training and prediction on the CPU. */
export const NETWORK_BENCHES: readonly Bench[] = [
  networkBench('train-lfn', {
    summary: 'a training step of the LFN, 56x56 patches, batch 32 and 128, beside torch',
    network: 'lfn',
    task: 'train',
    batches: [32, 128],
    warmup: 5,
    steps: 5,
  }),
  networkBench('train-fcrn88', {
    summary: 'a training step of FCRN-88, 320x320, batch 2 and 4, beside torch',
    network: 'fcrn88',
    task: 'train',
    batches: [2, 4],
    warmup: 3,
    steps: 2,
  }),
  networkBench('infer-lfn', {
    summary: 'a prediction of the LFN from its ONNX export, batch 32, beside torch',
    network: 'lfn',
    task: 'predict',
    batches: [32],
    warmup: 5,
    steps: 10,
  }),
  networkBench('infer-fcrn88', {
    summary: 'a prediction of FCRN-88 from its ONNX export, 320x320, batch 1 and 2, beside torch',
    network: 'fcrn88',
    task: 'predict',
    batches: [1, 2],
    warmup: 3,
    steps: 5,
  }),
];

/** Every road to a GPU, and torch on CUDA as the peer. */
export const GPU_BENCH: Bench = {
  name: 'gpu',
  group: 'gpu',
  summary:
    'training steps of both networks on a GPU: WebGPU, ONNX Runtime, tfjs-node-gpu, beside torch on CUDA',
  byDefault: false,
  peerModules: ['torch'],
  cases: (settings) => {
    const { threads, tiny, step } = settings;
    const roads: readonly Road[] = ['tfjs-webgpu', 'onnxruntime-webgpu', 'onnxruntime-cuda', 'tfjs-node-gpu'];
    if (settings.road !== undefined) assertOneOf(settings.road, roads, '--road');
    const taken = roads.filter((road) => settings.road === undefined || road === settings.road);
    const sizes = [
      ['lfn', tiny ? [2] : [32, 128]],
      ['fcrn88', tiny ? [1] : [2, 4]],
    ] as const;
    return sizes.flatMap(([network, batches]) =>
      batches.map((batch) => {
        const work = networkWork({ network, task: 'train', batch, threads, tiny });
        return {
          name: `gpu/train-${network}/batch-${batch}`,
          ours: taken.map((road) => ({ ...ours(work, road, step), suffix: road })),
          peer: torch(work, settings, { device: 'cuda' }),
          warmup: tiny ? 1 : 5,
          steps: tiny ? 1 : 5,
          // Of what a GPU holds, a process's resident memory says nothing.
          memory: false,
        };
      }),
    );
  },
};
