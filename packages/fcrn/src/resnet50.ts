/**
 * Initialising a network from a Keras ResNet-50 that somebody loaded as a tfjs layers model. Works on
 * tensors alone, without reading one back, so that it runs on every engine.
 */
import { assertNumber, assertOneOf, invalidArgument, resolveOptions } from '@lesion/core';
import {
  add,
  div,
  maximum,
  mul,
  onesLike,
  reverse,
  sqrt,
  sub,
  type Tensor,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { FCRN_INPUT } from './input.js';
import { BOTTLENECK_PARTS, blockName } from './names.js';

type Layer = InstanceType<typeof layers.Layer>;
type Layers = Map<string, Layer>;

/** Orders of colour channels. */
export const CHANNEL_ORDERS = ['bgr', 'rgb'] as const;
/** One of {@link CHANNEL_ORDERS}. */
export type ChannelOrder = (typeof CHANNEL_ORDERS)[number];

/** Options of {@link initializeFromResNet50}: what input the source was trained with. */
export interface ResNet50SourceOptions {
  /** Order of the channels that the source expects; Keras's ResNet-50 has Caffe's. @default 'bgr' */
  channelOrder?: ChannelOrder | undefined;
  /** What the source multiplies `byte - mean` by, with the mean of {@link FCRN_INPUT}. @default 1 */
  scale?: number | undefined;
}

/** What became of each convolution of the network, by layer name. */
export interface ResNet50Initialization {
  /** Taken from the source. */
  copied: string[];
  /** Kept at random, but silenced by a zero scale after them, so that their block starts without them. */
  silenced: string[];
  /** Left at random: score layers, and what lies within silenced branches. */
  kept: string[];
}

/** The source's names for one convolution and the normalisation after it. */
interface SourceNames {
  convolution: string;
  normalization: string;
}

/** One way of naming the layers of a Keras ResNet. Blocks are counted from 1; part 0 is the projection. */
interface NamingScheme {
  stem: SourceNames;
  part(stage: number, block: number, part: number): SourceNames;
}

const NAMING_SCHEMES: readonly NamingScheme[] = [
  {
    stem: { convolution: 'conv1_conv', normalization: 'conv1_bn' },
    part(stage, block, part) {
      const name = `conv${stage}_block${block}_${part}`;
      return { convolution: `${name}_conv`, normalization: `${name}_bn` };
    },
  },
  {
    stem: { convolution: 'conv1', normalization: 'bn_conv1' },
    part(stage, block, part) {
      const letter = String.fromCharCode(96 + block);
      const name = `${stage}${letter}_branch${part === 0 ? '1' : `2${String.fromCharCode(96 + part)}`}`;
      return { convolution: `res${name}`, normalization: `bn${name}` };
    },
  },
];

/** One convolution of the network and where it comes from. */
interface Transfer {
  target: string;
  source: SourceNames;
}

/** How the network's input differs from the source's. */
interface StemInput {
  reversed: boolean;
  factor: number;
}

interface Plan {
  transfers: Transfer[];
  silenced: string[];
}

function layersByName(model: LayersModel): Layers {
  return new Map(model.layers.map((layer) => [layer.name, layer]));
}

function planBlock(targets: Layers, scheme: NamingScheme, stage: number, block: number): Plan | undefined {
  const name = blockName(stage, block);
  const nested = targets.has(`${name}a_reduce`);
  if (!nested && !targets.has(`${name}_reduce`)) return undefined;
  const first = nested ? `${name}a` : name;
  const transfers = BOTTLENECK_PARTS.map((part, index) => ({
    target: `${first}_${part}`,
    source: scheme.part(stage, block, index + 1),
  }));
  const silenced = nested ? [`${name}b_expand`] : [];
  const [inner, outer] = [`${name}a_projection`, `${name}_projection`];
  const projection = scheme.part(stage, block, 0);
  if (nested && targets.has(inner)) {
    transfers.push({ target: inner, source: projection });
    // Where the inner shortcut does the source's work, an outer projection would only disturb it.
    if (targets.has(outer)) silenced.push(outer);
  } else if (targets.has(outer)) {
    transfers.push({ target: outer, source: projection });
  }
  return { transfers, silenced };
}

/** A block that the source lacks starts as the identity: its residual branches are silent. */
function planExtraBlock(targets: Layers, stage: number, block: number): Plan | undefined {
  const name = blockName(stage, block);
  const silenced = [`${name}_expand`, `${name}a_expand`, `${name}b_expand`].filter((part) =>
    targets.has(part),
  );
  return silenced.length === 0 ? undefined : { transfers: [], silenced };
}

function planTransfers(targets: Layers, sources: Layers): Plan {
  const scheme = NAMING_SCHEMES.find(
    ({ stem }) => sources.has(stem.convolution) && sources.has(stem.normalization),
  );
  if (!scheme || !targets.has('conv1')) {
    const [which, found] = scheme ? ['model', targets] : ['source', sources];
    throw invalidArgument({
      what: scheme ? 'not a network of buildFcrn' : 'not a Keras ResNet-50',
      where: which,
      got: `layers ${[...found.keys()].slice(0, 3).join(', ')}, ...`,
      expected: scheme
        ? 'a first convolution named conv1'
        : 'layers named conv1_conv and conv1_bn, or conv1 and bn_conv1',
    });
  }
  const plan: Plan = { transfers: [{ target: 'conv1', source: scheme.stem }], silenced: [] };
  for (let stage = 2; stage <= 5; stage++) {
    for (let block = 1; ; block++) {
      const part = sources.has(scheme.part(stage, block, 1).convolution)
        ? planBlock(targets, scheme, stage, block)
        : planExtraBlock(targets, stage, block);
      if (part === undefined) break;
      plan.transfers.push(...part.transfers);
      plan.silenced.push(...part.silenced);
    }
  }
  return plan;
}

function requireLayer(sources: Layers, name: string): Layer {
  const layer = sources.get(name);
  if (layer) return layer;
  throw invalidArgument({ what: 'the source lacks a layer of ResNet-50', where: 'source', expected: name });
}

/** Checks every shape before anything is written, so that a refused source leaves the network whole. */
function assertFits({ target, source }: Transfer, targets: Layers, sources: Layers): void {
  const wanted = targets.get(target)!.weights[0]!.shape;
  const got = requireLayer(sources, source.convolution).weights[0]!.shape;
  const normalization = requireLayer(sources, source.normalization).weights;
  if (wanted.join() !== got.join()) {
    throw invalidArgument({
      what: `a kernel does not fit ${target}`,
      where: `source layer ${source.convolution}`,
      got: `[${got.join(', ')}]`,
      expected: `[${wanted.join(', ')}]`,
      mend: 'Build the network with width 1, and load the original ResNet-50.',
    });
  }
  if (normalization.length !== 4) {
    throw invalidArgument({
      what: 'not a batch normalisation with scale and centre',
      where: `source layer ${source.normalization}`,
      got: `${normalization.length} weights`,
      expected: 'gamma, beta, moving_mean, moving_variance',
    });
  }
}

function epsilonOf(normalization: Layer): number {
  return normalization.getConfig()['epsilon'] as number;
}

/**
 * Writes one convolution and its normalisation so that inference computes what the source computes: the
 * source's bias and a factor on the input move into the moving mean and variance, and a difference in
 * epsilon into the moving variance or, where that would turn negative, into gamma.
 */
function transferWeights(
  { target, source }: Transfer,
  targets: Layers,
  sources: Layers,
  input: StemInput,
): void {
  const isStem = target === 'conv1';
  // What the convolution returns is this much smaller than the source's, because its input is.
  const factor = isStem ? input.factor : 1;
  tidy(() => {
    const [kernel, bias] = requireLayer(sources, source.convolution).getWeights() as [
      Tensor,
      Tensor | undefined,
    ];
    const sourceNormalization = requireLayer(sources, source.normalization);
    const normalization = targets.get(`${target}_bn`)!;
    const [gamma, beta, mean, variance] = sourceNormalization.getWeights() as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const [from, to] = [epsilonOf(sourceNormalization), epsilonOf(normalization)];
    const centre = bias === undefined ? mean : sub(mean, bias);
    targets.get(target)!.setWeights([isStem && input.reversed ? reverse(kernel, 2) : kernel]);
    if (from === to && factor === 1) {
      normalization.setWeights([gamma, beta, centre, variance]);
      return;
    }
    const wanted = mul(add(variance, from), factor ** 2);
    const newVariance = maximum(sub(wanted, to), 0);
    const newGamma = mul(gamma, sqrt(div(add(newVariance, to), wanted)));
    normalization.setWeights([newGamma, beta, mul(centre, factor), newVariance]);
  });
}

/** Sets the scale after a convolution to zero (and its shift), as if the convolution were not there. */
function silence(normalization: Layer): void {
  tidy(() => {
    const [gamma, beta, mean, variance] = normalization.getWeights() as [Tensor, Tensor, Tensor, Tensor];
    normalization.setWeights([zerosLike(gamma), zerosLike(beta), zerosLike(mean), onesLike(variance)]);
  });
}

/**
 * Initialises a network of {@link buildFcrn} from a Keras ResNet-50, in place.
 *
 * FCRN-50 takes over every convolution and then computes what the ResNet computes. FCRN-88 takes over the
 * first bottleneck of each block; the second one starts as the identity by a zero last scale, so that
 * FCRN-88 too starts as exactly the ResNet (but with `innerShortcuts: 'both'` the outer identity shortcuts
 * come on top). So does FCRN-101, whose further blocks start as identities. Score layers and
 * deconvolutions stay as built.
 *
 * The network afterwards expects {@link FCRN_INPUT}, as ever: the source's channel order and scale are
 * folded into the first convolution and its normalisation.
 *
 * @param model A network of width 1.
 * @param source The layers model, with the layer names of Keras (`conv2_block1_1_conv`, or those of older
 *   versions, `res2a_branch2a`). Neither changed nor disposed of.
 * @returns The names of the convolutions that were copied, silenced and kept.
 * @throws LesionError `INVALID_ARGUMENT` if the source is none or does not fit; the network is unchanged then.
 * @example
 * ```ts
 * const source = await loadLayersModel('https://example.org/resnet50/model.json');
 * initializeFromResNet50(network, source).copied.length; // 53 for an FCRN-50
 * ```
 */
export function initializeFromResNet50(
  model: LayersModel,
  source: LayersModel,
  options: ResNet50SourceOptions = {},
): ResNet50Initialization {
  const { channelOrder, scale } = resolveOptions(
    options,
    { channelOrder: 'bgr', scale: 1 },
    'initializeFromResNet50',
  );
  assertOneOf(channelOrder, CHANNEL_ORDERS, 'channelOrder');
  assertNumber(scale, 'scale', { min: 0, aboveMin: true });
  const targets = layersByName(model);
  const sources = layersByName(source);
  const { transfers, silenced } = planTransfers(targets, sources);
  for (const transfer of transfers) assertFits(transfer, targets, sources);

  const stem: StemInput = { reversed: channelOrder === 'bgr', factor: FCRN_INPUT.scale / scale };
  for (const transfer of transfers) transferWeights(transfer, targets, sources, stem);
  for (const name of silenced) silence(targets.get(`${name}_bn`)!);

  const copied = transfers.map(({ target }) => target);
  const touched = new Set([...copied, ...silenced]);
  const kept = model.layers
    .filter((layer) => layer.getClassName() === 'Conv2D' && !touched.has(layer.name))
    .map((layer) => layer.name);
  return { copied, silenced, kept };
}
