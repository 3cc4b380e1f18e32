/**
 * Stage tables of the networks: what FCRN-50, -88 and -101 are made of, before a layer is built.
 * Leans on `@lesion/core` alone.
 */
import { assertNumber, assertOneOf, invalidArgument, resolveOptions } from '@lesion/core';

/** The depths with a stage table of their own. */
export const FCRN_DEPTHS = [50, 88, 101] as const;
/** One of {@link FCRN_DEPTHS}. */
export type FcrnDepth = (typeof FCRN_DEPTHS)[number];

/** The kinds of block that a stage is made of: 3 and 6 convolutions a block. */
export const FCRN_BLOCKS = ['bottleneck', 'residual-in-residual'] as const;
/** One of {@link FCRN_BLOCKS}. */
export type FcrnBlock = (typeof FCRN_BLOCKS)[number];

/** One of the four stages conv2_x to conv5_x, whose strides are 4, 8, 16 and 32. */
export interface FcrnStage {
  /** What the stage is made of. */
  block: FcrnBlock;
  /** How many blocks follow each other; the first one of conv3_x, conv4_x and conv5_x halves the size. */
  count: number;
  /** Channels within a block (of its 3x3 convolutions), before the width multiplier. */
  width: number;
  /** Channels that a block returns, before the width multiplier. @default 4 x width */
  outputs?: number | undefined;
}

/** conv2_x, conv3_x, conv4_x, conv5_x. */
export type FcrnStages = readonly [FcrnStage, FcrnStage, FcrnStage, FcrnStage];

function stages(block: FcrnBlock, conv4Count: number): FcrnStages {
  return [
    { block, count: 3, width: 64 },
    { block, count: 4, width: 128 },
    { block, count: conv4Count, width: 256 },
    { block: 'bottleneck', count: 3, width: 512 },
  ];
}

/**
 * The stage table of each depth.
 *
 * FCRN-50 and FCRN-101 are ResNet-50 and -101 (He et al. 2016, https://doi.org/10.1109/CVPR.2016.90, Table 1).
 * FCRN-88's table is inferred: 1 + 13 x 6 + 3 x 3 = 88 convolutions; the paper
 * (https://doi.org/10.3390/s18020556) names the network but does not draw it.
 */
export const FCRN_STAGES: Readonly<Record<FcrnDepth, FcrnStages>> = {
  50: stages('bottleneck', 6),
  88: stages('residual-in-residual', 6),
  101: stages('bottleneck', 23),
};

/** A stage with all its numbers filled in and the width multiplier applied. */
export interface ResolvedStage {
  block: FcrnBlock;
  count: number;
  width: number;
  outputs: number;
}

/** Channels after the width multiplier, never fewer than one. */
export function scaledChannels(channels: number, multiplier: number): number {
  return Math.max(1, Math.round(channels * multiplier));
}

/** Checks a stage table and applies the width multiplier. @throws LesionError `INVALID_ARGUMENT` */
export function resolveStages(table: FcrnStages, multiplier: number): ResolvedStage[] {
  if (!Array.isArray(table) || table.length !== 4) {
    throw invalidArgument({
      what: 'the stage table needs four stages',
      where: 'stages',
      got: Array.isArray(table) ? `${table.length} stages` : typeof table,
      expected: 'conv2_x, conv3_x, conv4_x and conv5_x',
      mend: 'Start from FCRN_STAGES[88] and change what differs.',
    });
  }
  return table.map((given, index) => {
    const where = `stages[${index}]`;
    const stage = resolveOptions<FcrnStage, { [K in keyof Required<FcrnStage>]: FcrnStage[K] | undefined }>(
      given,
      { block: undefined, count: undefined, width: undefined, outputs: undefined },
      where,
    );
    assertOneOf(stage.block, FCRN_BLOCKS, `${where}.block`);
    assertNumber(stage.count, `${where}.count`, { integer: true, min: 1 });
    assertNumber(stage.width, `${where}.width`, { integer: true, min: 1 });
    const outputs = stage.outputs ?? 4 * stage.width;
    assertNumber(outputs, `${where}.outputs`, { integer: true, min: 1 });
    return {
      block: stage.block,
      count: stage.count,
      width: scaledChannels(stage.width, multiplier),
      outputs: scaledChannels(outputs, multiplier),
    };
  });
}
