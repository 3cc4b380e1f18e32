/** The benchmark of whole predictions: `lesion predict` beside the same pipeline in torch, OpenCV, scikit-image and scipy. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Size, scaledSize } from '@lesion/core';
import type { FcrnDepth } from '@lesion/fcrn';
import { largestDifference } from './agreement.js';
import { type Arrays, valuesOf } from './array-file.js';
import type { Agreement, Bench, BenchCase, BenchSettings, Contender } from './bench.js';
import { SUPERPIXEL_COUNT } from './block-work.js';
import { limitOf, type Toll } from './capacity.js';
import type { CommandWork } from './command-work.js';
import { type Input, inputCommand } from './inputs.js';
import { fcrnOperations, lfnOperations } from './operations.js';
import type { PeerModule } from './python.js';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const COMMAND_WORKER = fromHere('../dist/command-worker.js');
const PIPELINE = fromHere('../python/predict_pipeline.py');
const LESION = fromHere('../../packages/cli/dist/bin.js');
const PRETRAINED_LIN = fromHere('../../packages/pretrained/models/lin');

const MODULES: readonly PeerModule[] = ['torch', 'cv2', 'skimage', 'scipy'];

/** The networks of the LIN that is measured: the pretrained one's, else those that make-models.ts makes. */
interface LinShape {
  networks: readonly { depth: FcrnDepth; width: number }[];
  scales: readonly number[];
}

function pretrainedLin(): { folder: string; shape: LinShape } | undefined {
  const path = join(PRETRAINED_LIN, 'bundle.json');
  if (!existsSync(path)) return undefined;
  const { manifest } = JSON.parse(readFileSync(path, 'utf8')) as {
    manifest: {
      networks: { architecture: { depth?: FcrnDepth; width?: number } }[];
      inference: { scales: number[] };
    };
  };
  const networks = manifest.networks.map(({ architecture: { depth = 88, width = 1 } }) => ({ depth, width }));
  return { folder: PRETRAINED_LIN, shape: { networks, scales: manifest.inference.scales } };
}

const MADE_LIN: LinShape = {
  networks: [
    { depth: 88, width: 1 },
    { depth: 88, width: 1 },
  ],
  scales: [320, 512],
};

/** What the networks compute for an image; all else is little beside it. */
function predictionToll({ networks, scales }: LinShape, size: Size, images: number): Toll {
  let operations = SUPERPIXEL_COUNT * lfnOperations('standard');
  for (const shortSide of scales) {
    const scaled = scaledSize(size, { shortSide });
    for (const { depth, width } of networks) operations += fcrnOperations(depth, width, scaled);
  }
  return { bytes: 0, operations: images * operations, of: "the networks' convolutions" };
}

/** The overlap of two masks over their union; 1 for two empty ones. */
function jaccardIndex(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < first.length; i++) {
    both += first[i]! & second[i]!;
    either += first[i]! | second[i]!;
  }
  return either === 0 ? 1 : both / either;
}

export const SAME_PREDICTIONS: Agreement = {
  measure:
    "lowest Jaccard index of two masks, or 1 - largest difference of two diagnoses' indexes if that is lower",
  of(ours: Arrays, peer: Arrays) {
    const scores = 1 - largestDifference(valuesOf(ours, 'scores'), valuesOf(peer, 'scores'));
    const masks = [...ours.keys()].filter((name) => name.startsWith('mask '));
    return Math.min(scores, ...masks.map((name) => jaccardIndex(valuesOf(ours, name), valuesOf(peer, name))));
  },
};

function commandContender(work: CommandWork): Contender {
  return {
    name: work.name,
    command: { program: process.execPath, args: [COMMAND_WORKER, JSON.stringify(work)] },
  };
}

interface PredictionCase extends Size {
  name: string;
  images: number;
}

const CASES: readonly PredictionCase[] = [
  { name: 'one-image/0.8mp', images: 1, height: 767, width: 1022 },
  { name: 'one-image/12mp', images: 1, height: 3024, width: 4032 },
  { name: 'folder/0.3mp', images: 8, height: 480, width: 640 },
  { name: 'folder/0.8mp', images: 8, height: 767, width: 1022 },
];
const TINY_CASES: readonly PredictionCase[] = [{ name: 'folder/tiny', images: 2, height: 96, width: 128 }];

function predictionCase({ name, images, ...size }: PredictionCase, settings: BenchSettings): BenchCase {
  const { folder, python, threads, tiny } = settings;
  const lin = tiny ? undefined : pretrainedLin();
  const photographs = join(folder, `photographs-${images}-${size.width}x${size.height}`);
  const models = join(folder, tiny ? 'models-tiny' : 'models');
  const inputs: Input[] = [
    { kind: 'photographs', path: photographs, count: images, ...size },
    { kind: 'models', path: models, lin: lin?.folder, tiny },
  ];
  const paths = Array.from({ length: images }, (_, i) =>
    join(photographs, `ISIC_${String(i).padStart(7, '0')}.jpg`),
  );
  const outOf = (side: string): string => join(folder, `predictions-of-${side}`);
  const lesion = [
    '--lin',
    join(models, 'lin'),
    '--lfn',
    join(models, 'lfn'),
    '--scores',
    'indexes',
    // The peer draws nothing either.
    '--no-overlays',
    '--no-report',
  ];
  const ours = commandContender({
    name: 'lesion predict',
    program: process.execPath,
    args: [LESION, 'predict', ...paths, '--out', outOf('ours'), ...lesion],
    environment: {},
    out: outOf('ours'),
    images,
  });
  const peerName = 'torch, OpenCV, scikit-image, scipy';
  const peerWays = (interpreter: string): Contender[] =>
    ['contiguous', 'channels_last'].map((layout) => {
      const out = outOf(layout);
      return commandContender({
        name: `${peerName}, ${layout}`,
        program: interpreter,
        args: [
          PIPELINE,
          '--models',
          models,
          '--out',
          out,
          '--layout',
          layout,
          '--threads',
          `${threads}`,
          ...paths,
        ],
        environment: { OMP_NUM_THREADS: `${threads}` },
        out,
        images,
      });
    });
  const limit = limitOf(
    predictionToll(lin?.shape ?? MADE_LIN, size, images),
    settings.capacity,
    (milliseconds) => (60_000 * images) / milliseconds,
  );
  return {
    name: `predict-end-to-end/${name}`,
    ours: [ours],
    peer:
      'reason' in python
        ? { name: peerName, reason: python.reason }
        : { name: peerName, ways: peerWays(python.python) },
    warmup: 1,
    steps: 1,
    memory: true,
    units: { step: 'images/min', memory: 'MB' },
    inputs: inputCommand(inputs),
    agreement: SAME_PREDICTIONS,
    // Tiny networks are other networks.
    ...(tiny ? {} : { limit }),
  };
}

export const PREDICTION_BENCH: Bench = {
  name: 'predict-end-to-end',
  group: 'blocks',
  summary:
    'lesion predict with LIN and LFN on one image and on a folder, beside torch, OpenCV, scikit-image, scipy',
  byDefault: true,
  peerModules: MODULES,
  cases: (settings) => (settings.tiny ? TINY_CASES : CASES).map((one) => predictionCase(one, settings)),
};
