/** How large a reproduction is: the paper's own size, what two processors do in hours, or minutes. */
import type { Profile } from '@lesion/train';
import type { ScaleName } from './experiments.js';

/** Settings of a reproduction beside the training profile of the same name. */
export interface ReproductionProfile {
  /** What it is for, in a few words. */
  summary: string;
  /** Short side of the images at each of the paper's scales, in pixels. */
  scales: Readonly<Record<ScaleName, number>>;
  /** Samples of the bootstrap behind each interval. */
  replicates: number;
}

/** The paper's scales as multiples of 32 (inferred). */
const PAPER_SCALES = { '~300': 320, '~500': 512, '~700': 704 } as const;

export const REPRODUCTION_PROFILES: Readonly<Record<Profile, ReproductionProfile>> = {
  paper: { summary: "the paper's settings, for a GPU", scales: PAPER_SCALES, replicates: 1000 },
  workstation: {
    summary: 'shortened training on smaller crops, hours on two processors',
    scales: PAPER_SCALES,
    replicates: 1000,
  },
  quick: {
    summary: 'tiny networks on tiny samples, minutes; shows that every step works, not what it can do',
    scales: { '~300': 64, '~500': 96, '~700': 128 },
    replicates: 200,
  },
};
