/** How large a reproduction is: the paper's own size, what two processors do in hours, or minutes. */
import type { ComponentWeight } from '@lesion/licu';
import type { Profile } from '@lesion/train';
import type { ScaleName } from './experiments.js';

/** Settings of a reproduction beside the training profile of the same name. */
export interface ReproductionProfile {
  /** What it is for, in a few words. */
  summary: string;
  /** Short side of the images at each of the paper's scales, in pixels. */
  scales: Readonly<Record<ScaleName, number>>;
  /** Which connected component is the lesion. The paper does not say; `area` is inferred. */
  component: ComponentWeight;
  /** Samples of the bootstrap behind each interval. */
  replicates: number;
}

/** The paper's scales as multiples of 32 (inferred), and a smaller one. */
const PAPER_SCALES = { '~250': 256, '~300': 320, '~500': 512, '~700': 704 } as const;

/** The settings of every run by profile. */
export const REPRODUCTION_PROFILES: Readonly<Record<Profile, ReproductionProfile>> = {
  paper: {
    summary: "the paper's settings, for a GPU",
    scales: PAPER_SCALES,
    component: 'area',
    replicates: 1000,
  },
  workstation: {
    summary: 'shortened training on smaller crops, hours on two processors',
    scales: PAPER_SCALES,
    component: 'centrality',
    replicates: 1000,
  },
  quick: {
    summary: 'tiny networks on tiny samples, minutes; shows that every step works, not what it can do',
    scales: { '~250': 48, '~300': 64, '~500': 96, '~700': 128 },
    component: 'centrality',
    replicates: 200,
  },
};
