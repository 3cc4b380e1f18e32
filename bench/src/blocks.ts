/** The benchmarks of the building blocks: ours beside the libraries that one would otherwise call. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Size, scaledSize } from '@lesion/core';
import { differenceIn, EQUAL_PIXELS, MEAN_DIFFERENCE, SAME_REGIONS } from './agreement.js';
import type { Agreement, Bench, BenchCase, BenchSettings, Contender } from './bench.js';
import {
  type BlockLibrary,
  type BlockName,
  type BlockWork,
  RESIZED_SHORT_SIDE,
  SUPERPIXEL_ITERATIONS,
} from './block-work.js';
import { limitOf, type Toll } from './capacity.js';
import { type Input, inputCommand } from './inputs.js';
import type { PeerModule } from './python.js';

/** Beside this file in the sources and in the build alike. */
const PYTHON_WORKER = fileURLToPath(new URL('../python/block_worker.py', import.meta.url));
const NODE_WORKER = fileURLToPath(new URL('../dist/block-worker.js', import.meta.url));

/** An image size by the name that cases have. */
export interface NamedSize extends Size {
  name: string;
}

export const SIZES: readonly NamedSize[] = [
  { name: '0.3mp', height: 480, width: 640 },
  { name: '0.8mp', height: 767, width: 1022 },
  { name: '3mp', height: 1512, width: 2016 },
  { name: '12mp', height: 3024, width: 4032 },
];

/** From one to fifty megapixels. */
export const SCALE_SIZES: readonly NamedSize[] = [
  { name: '1mp', height: 866, width: 1155 },
  { name: '3mp', height: 1512, width: 2016 },
  { name: '12mp', height: 3024, width: 4032 },
  { name: '25mp', height: 4330, width: 5774 },
  { name: '50mp', height: 6124, width: 8165 },
];

const TINY_SIZES: readonly NamedSize[] = [
  { name: 'tiny', height: 96, width: 128 },
  { name: 'tiny-too', height: 192, width: 256 },
];

const pixelsOf = ({ height, width }: Size): number => height * width;

export function ourContender(work: BlockWork): Contender {
  return {
    name: work.block,
    command: { program: process.execPath, args: [NODE_WORKER, JSON.stringify(work)] },
  };
}

/** The peer, run in each of the variants. */
function peerOf(
  work: Omit<BlockWork, 'library' | 'variant'>,
  { library, variants = [undefined] }: BlockPeer,
  { python }: BenchSettings,
): BenchCase['peer'] {
  if ('reason' in python) return { name: library, reason: python.reason };
  const ways = variants.map((variant) => ({
    name: library,
    command: {
      program: python.python,
      args: [PYTHON_WORKER, JSON.stringify({ ...work, library, variant })],
    },
  }));
  return { name: library, ways };
}

interface BlockPeer {
  /** What its row's name ends in. */
  suffix: string;
  library: Exclude<BlockLibrary, 'lesion'>;
  /** The ways to run it, of which the fastest is compared with. */
  variants?: readonly BlockWork['variant'][];
  /** How ours is run beside it. */
  ours?: BlockWork['variant'];
  /** @default none, where the peer's result is another thing than ours */
  agreement?: Agreement;
}

/** One thing that a block works on. */
interface BlockInput {
  /** What its case is called. */
  name: string;
  input: Input;
  toll: Toll;
  /** Steps of a turn; twice as many go before the first one that counts, so that all code is compiled. */
  steps: number;
}

interface BlockBenchOptions {
  block: BlockName;
  summary: string;
  modules: readonly PeerModule[];
  peers: readonly BlockPeer[];
  inputs(settings: BenchSettings): BlockInput[];
  units?: BenchCase['units'];
}

function blockBench(
  name: string,
  { block, summary, modules, peers, inputs, units }: BlockBenchOptions,
): Bench {
  return {
    name,
    group: 'blocks',
    summary,
    byDefault: true,
    peerModules: modules,
    cases: (settings) =>
      inputs(settings).flatMap(({ name: inputName, input, toll, steps }) =>
        peers.map((peer): BenchCase => {
          const work = { block, input: input.path, per: 'step', threads: settings.threads } as const;
          return {
            name: `${name}/${inputName}/${peer.suffix}`,
            ours: [ourContender({ ...work, library: 'lesion', variant: peer.ours })],
            peer: peerOf(work, peer, settings),
            warmup: 2 * steps,
            steps,
            // A share of a step says nothing of memory that its other row does not say.
            memory: units === undefined,
            inputs: inputCommand([input]),
            ...(peer.agreement === undefined ? {} : { agreement: peer.agreement }),
            ...(units === undefined ? { limit: limitOf(toll, settings.capacity) } : { units }),
          };
        }),
      ),
  };
}

export function pixelInput(folder: string, { height, width }: Size): Input {
  return { kind: 'pixels', path: join(folder, `pixels-${width}x${height}.bin`), height, width };
}

/** A block on photographs of every size: quick ones take many steps a turn, slow ones few. */
function onPixels(
  tollOf: (size: Size) => Toll,
  stepsOf: (megapixels: number) => number,
): BlockBenchOptions['inputs'] {
  return ({ tiny, folder }) =>
    (tiny ? TINY_SIZES.slice(0, 1) : SIZES).map((size) => ({
      name: size.name,
      input: pixelInput(folder, size),
      toll: tollOf(size),
      steps: tiny ? 1 : Math.max(1, Math.round(stepsOf(pixelsOf(size) / 1e6))),
    }));
}

const IMAGE_BYTES = 3;
const LABEL_BYTES = 4;

/**
 * Each pass of k-means compares a pixel with every cluster within two steps of the grid to each side: 16 of them. The
 * distance is three differences, their squares, the sum, a weight, the distance in space, which is known by row and column,
 * and the comparison: 12 operations.
 */
const superpixelToll = (size: Size): Toll => ({
  bytes: (IMAGE_BYTES + LABEL_BYTES) * pixelsOf(size),
  operations: SUPERPIXEL_ITERATIONS * 16 * 12 * pixelsOf(size),
  of: 'distances to 16 clusters in each of 10 passes',
});

/** A byte of the mask in, a float32 or a byte out. */
const distanceToll = (size: Size): Toll => ({ bytes: 5 * pixelsOf(size), operations: 0 });
const componentsToll = (size: Size): Toll => ({ bytes: 2 * pixelsOf(size), operations: 0 });

/** Each value belongs to two rows of the result, each value of those to two columns; twice a product and a sum. */
const resizeToll = (size: Size): Toll => {
  const target = scaledSize(size, { shortSide: RESIZED_SHORT_SIDE });
  return {
    bytes: IMAGE_BYTES * (pixelsOf(size) + pixelsOf(target)),
    operations: 4 * IMAGE_BYTES * (pixelsOf(size) + target.height * size.width),
    of: 'weighted sums of two rows and two columns',
  };
};

/** A sort's comparisons; labels are bytes, scores float64. */
const rankingToll = (count: number): Toll => ({
  bytes: 9 * count,
  operations: count * Math.log2(count),
  of: 'comparisons of a sort',
});

const seldom = (megapixels: number): number => 3 / Math.max(1, megapixels);
const often = (megapixels: number): number => 12 / Math.max(1, megapixels);

function scoreInputs({ tiny, folder }: BenchSettings): BlockInput[] {
  const count = tiny ? 1000 : 600_000;
  return [true, false].map((distinct) => {
    const name = distinct ? 'distinct' : 'ties';
    return {
      name,
      input: { kind: 'scores', path: join(folder, `scores-${name}-${count}.bin`), count, distinct },
      toll: rankingToll(count),
      steps: 5,
    };
  });
}

function maskInputs({ tiny, folder }: BenchSettings): BlockInput[] {
  const pairs = tiny ? 2 : 60;
  const size = tiny ? TINY_SIZES[0]! : { height: 1732, width: 2309 };
  return [
    {
      name: `${pairs}-pairs`,
      input: { kind: 'masks', path: join(folder, `masks-${pairs}`), pairs, ...size },
      // Each pixel of each mask is written once when it is decoded and read once when it is counted.
      toll: { bytes: 4 * pairs * pixelsOf(size), operations: 0 },
      steps: 1,
    },
  ];
}

/** Each building block beside its peers. */
export const BLOCK_BENCHES: readonly Bench[] = [
  blockBench('slico', {
    block: 'slico',
    summary: '1000 SLICO superpixels, beside scikit-image and OpenCV',
    modules: ['skimage', 'cv2'],
    peers: [
      { suffix: 'scikit-image', library: 'scikit-image', agreement: SAME_REGIONS },
      { suffix: 'opencv', library: 'opencv', ours: 'challenge', agreement: SAME_REGIONS },
    ],
    inputs: onPixels(superpixelToll, seldom),
  }),
  blockBench('slic', {
    block: 'slic',
    summary: '1000 SLIC superpixels, beside scikit-image',
    modules: ['skimage'],
    peers: [{ suffix: 'scikit-image', library: 'scikit-image', agreement: SAME_REGIONS }],
    inputs: onPixels(superpixelToll, seldom),
  }),
  blockBench('distance-transform', {
    block: 'distance-transform',
    summary: 'the exact Euclidean distance transform of a lesion mask, beside scipy and OpenCV',
    modules: ['scipy', 'cv2'],
    peers: [
      { suffix: 'scipy', library: 'scipy', agreement: differenceIn('pixels') },
      { suffix: 'opencv', library: 'opencv', agreement: differenceIn('pixels') },
    ],
    inputs: onPixels(distanceToll, often),
  }),
  blockBench('auc-ap', {
    block: 'auc-ap',
    summary: 'AUC and average precision of 600,000 scores, beside scikit-learn',
    modules: ['sklearn'],
    peers: [{ suffix: 'scikit-learn', library: 'scikit-learn', agreement: differenceIn('AUC or AP') }],
    inputs: scoreInputs,
  }),
  blockBench('resize', {
    block: 'resize',
    summary: 'an RGB image to a short side of 512, antialiased, beside OpenCV and Pillow',
    modules: ['cv2', 'PIL'],
    peers: [
      { suffix: 'opencv', library: 'opencv', agreement: MEAN_DIFFERENCE },
      { suffix: 'pillow', library: 'pillow', agreement: differenceIn('grey levels') },
    ],
    inputs: onPixels(resizeToll, often),
  }),
  blockBench('components', {
    block: 'components',
    summary: 'the largest connected component of a rough mask, beside OpenCV',
    modules: ['cv2'],
    peers: [
      { suffix: 'opencv', library: 'opencv', agreement: EQUAL_PIXELS },
      { suffix: 'opencv-labels-only', library: 'opencv', variants: ['labels-only'] },
    ],
    inputs: onPixels(componentsToll, often),
  }),
  blockBench('score-masks', {
    block: 'score-masks',
    summary: 'task 1 scoring of 60 pairs of PNG masks of 4 megapixels, beside OpenCV and numpy',
    modules: ['cv2'],
    peers: [
      {
        suffix: 'opencv',
        library: 'opencv',
        variants: [undefined, 'pool'],
        agreement: differenceIn('mean Jaccard index'),
      },
    ],
    inputs: maskInputs,
  }),
  blockBench('score-masks-decoding', {
    block: 'score-masks-decoding',
    summary: "decoding's share of that",
    modules: ['cv2'],
    peers: [
      {
        suffix: 'opencv',
        library: 'opencv',
        agreement: differenceIn('mean Jaccard index'),
      },
    ],
    inputs: maskInputs,
    units: { step: '%', memory: 'MB' },
  }),
];

/** A step of `scale` takes as many megapixels as this: one small image would be over before the code is compiled. */
const SCALE_STEP_MEGAPIXELS = 12;

/** What `scale` measures, and what its steps have to move and to compute at one megapixel. */
const SCALED: readonly [BlockName, (size: Size) => Toll][] = [
  ['slico', superpixelToll],
  ['distance-transform', distanceToll],
  ['components', componentsToll],
  ['resize', resizeToll],
];

/** Ours at growing sizes. The smallest one stands in the peer's place: a ratio of 1 is cost that grows with the pixels. */
export const SCALE_BENCH: Bench = {
  name: 'scale',
  group: 'blocks',
  summary:
    'what a megapixel costs in images of 1 to 50 megapixels: time, and memory in multiples of the image',
  byDefault: true,
  peerModules: [],
  cases: (settings) =>
    SCALED.map(([block, tollOf]): BenchCase => {
      const [smallest, ...larger] = settings.tiny ? TINY_SIZES : SCALE_SIZES;
      const contender = (size: NamedSize): Contender => {
        const input = pixelInput(settings.folder, size).path;
        const work = { block, library: 'lesion', input, threads: settings.threads } as const;
        const repetitions = settings.tiny ? 1 : Math.ceil((SCALE_STEP_MEGAPIXELS * 1e6) / pixelsOf(size));
        return {
          ...ourContender({ ...work, variant: 'challenge', per: 'megapixel', repetitions }),
          suffix: size.name,
        };
      };
      const perMegapixel = 1e6 / pixelsOf(smallest!);
      return {
        name: `scale/${block}`,
        ours: larger.map(contender),
        peer: { name: smallest!.name, ways: [contender(smallest!)] },
        warmup: 2,
        steps: 1,
        memory: true,
        units: { step: 'ms/MP', memory: 'x image' },
        inputs: inputCommand([smallest!, ...larger].map((size) => pixelInput(settings.folder, size))),
        limit: limitOf(tollOf(smallest!), settings.capacity, (time) => time * perMegapixel),
      };
    }),
};
