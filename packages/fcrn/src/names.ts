/** How layers are named, in one place: building, counting and initialising all read names from here. */

/** `conv4_2` for the second block of conv4_x. */
export function blockName(stage: number, block: number): string {
  return `conv${stage}_${block}`;
}

/** The three convolutions of a bottleneck, in order: 1x1, 3x3, 1x1. */
export const BOTTLENECK_PARTS = ['reduce', 'spatial', 'expand'] as const;

/** Whether a convolution counts towards a network's depth: no projection shortcut, no score layer. */
export function countsTowardsDepth(name: string): boolean {
  return /^conv\d/.test(name) && !name.endsWith('_projection');
}

/** The score layer of the deepest stage and those of the skips. */
export const SCORE = { deepest: 'score5', stride16: 'score4', stride8: 'score3' } as const;
