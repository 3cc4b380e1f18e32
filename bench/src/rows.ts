/** The rows of a result: what was measured of ours and of the peer, and their ratio. */
import { LesionError } from '@lesion/core';
import { median, middleHalf } from './statistics.js';

/** What figures are counted in, and which of them are better. */
const BETTER = {
  /** A step. */
  ms: 'less',
  /** A step, for each million pixels of its image. */
  'ms/MP': 'less',
  /** Peak memory, 10^6 bytes. */
  MB: 'less',
  /** Peak memory beyond the input, in multiples of the 3 bytes a pixel of an RGB image. */
  'x image': 'less',
  'images/min': 'more',
  /** A share of a step. */
  '%': 'neither',
} as const;
export type Unit = keyof typeof BETTER;

/** Orders figures from the best to the worst, where there is such an order. */
export function compareFigures(unit: Unit): (first: number, second: number) => number {
  const direction = { less: 1, more: -1, neither: 0 }[BETTER[unit]];
  return (first, second) => direction * (first - second);
}

/** What nothing on this machine could pass. */
export interface Limit {
  /** In the unit of its row. */
  value: number;
  /** What it is made of: bytes or operations. */
  of: string;
}

/** One figure of ours beside the peer's. */
export interface BenchRow {
  /** `bench/case`, with `/memory` behind it for memory. */
  name: string;
  /** Median of ours, or null where it could not be measured. */
  ours: number | null;
  /** Median of the peer's, or null. */
  peer: number | null;
  peerName: string;
  unit: Unit;
  /** How many times better ours is; null where one is missing or neither is better. */
  ratio: number | null;
  /** What ours ran on. */
  oursName?: string;
  /** Between which values the middle half of the steps lies, and in which rounds' ratios lie. */
  spread?: { ours: [number, number] | null; peer: [number, number] | null; ratio: [number, number] | null };
  /** Steps measured on either side. */
  steps?: number;
  /** What nothing on this machine could pass. */
  limit?: Limit;
  /** How near ours is to the limit: 1 is as good as can be. */
  nearness?: number;
  /** How alike the results are, by the measure that is named. */
  agreement?: { measure: string; value: number };
  /** Why a side is missing. */
  reason?: string;
}

/** What taking turns gave of one contender: its name, figures of steps by round, and peak memory. */
export interface Measured {
  name: string;
  rounds: number[][];
  peak: number;
}

/** A contender that could not run, and why. */
export interface Missing {
  name: string;
  reason: string;
}

export function isMissing(side: Measured | Missing): side is Missing {
  return 'reason' in side;
}

/** How many times better `ours` is; null where either is missing or 0, or neither more nor less is better. */
export function ratioOf(ours: number | null, peer: number | null, unit: Unit = 'ms'): number | null {
  const better = BETTER[unit];
  const [above, below] = better === 'more' ? [ours, peer] : [peer, ours];
  return above === null || below === null || below <= 0 || better === 'neither' ? null : above / below;
}

/** The ratio of each round's medians, from the worst to the best. */
function ratiosByRound(ours: Measured, peer: Measured, unit: Unit): [number, number] | null {
  const ratios: number[] = [];
  for (let i = 0; i < Math.min(ours.rounds.length, peer.rounds.length); i++) {
    const ratio = ratioOf(median(ours.rounds[i]!), median(peer.rounds[i]!), unit);
    if (ratio !== null) ratios.push(ratio);
  }
  return ratios.length === 0 ? null : [Math.min(...ratios), Math.max(...ratios)];
}

/**
 * The row of a case that broke off, so that those after it still run.
 *
 * @throws LesionError an `error` that somebody asked for or has to mend: `ABORTED`, `INVALID_ARGUMENT`
 */
export function failureRow(name: string, error: unknown): BenchRow {
  if (LesionError.isInstance(error)) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  return { name, ours: null, peer: null, peerName: '', unit: 'ms', ratio: null, reason };
}

function base(name: string, ours: Measured | Missing, peer: Measured | Missing) {
  const reasons = [ours, peer].filter(isMissing).map((side) => `${side.name}: ${side.reason}`);
  return {
    name,
    peerName: peer.name,
    oursName: ours.name,
    ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}),
  };
}

/** What more a row of times may hold. */
export interface TimeRowOptions {
  /** @default 'ms' */
  unit?: Unit | undefined;
  limit?: Limit | undefined;
  agreement?: BenchRow['agreement'];
}

/** The row of a case's times. */
export function timeRow(
  name: string,
  ours: Measured | Missing,
  peer: Measured | Missing,
  { unit = 'ms', limit, agreement }: TimeRowOptions = {},
): BenchRow {
  const times = (side: Measured | Missing) => (isMissing(side) ? null : side.rounds.flat());
  const [oursTimes, peerTimes] = [times(ours), times(peer)];
  const [oursMedian, peerMedian] = [oursTimes, peerTimes].map((all) => (all ? median(all) : null)) as [
    number | null,
    number | null,
  ];
  // As much as ours were better than the limit, were the limit a peer.
  const beyond = limit === undefined ? null : ratioOf(oursMedian, limit.value, unit);
  return {
    ...base(name, ours, peer),
    ours: oursMedian,
    peer: peerMedian,
    unit,
    ratio: ratioOf(oursMedian, peerMedian, unit),
    spread: {
      ours: oursTimes && middleHalf(oursTimes),
      peer: peerTimes && middleHalf(peerTimes),
      ratio: isMissing(ours) || isMissing(peer) ? null : ratiosByRound(ours, peer, unit),
    },
    steps: (oursTimes ?? peerTimes ?? []).length,
    ...(limit === undefined ? {} : { limit }),
    ...(beyond === null ? {} : { nearness: beyond }),
    ...(agreement === undefined ? {} : { agreement }),
  };
}

/** The row of a case's peak memory. */
export function memoryRow(
  name: string,
  ours: Measured | Missing,
  peer: Measured | Missing,
  unit: Unit = 'MB',
): BenchRow {
  const [oursPeak, peerPeak] = [ours, peer].map((side) => (isMissing(side) ? null : side.peak)) as [
    number | null,
    number | null,
  ];
  return {
    ...base(`${name}/memory`, ours, peer),
    ours: oursPeak,
    peer: peerPeak,
    unit,
    ratio: ratioOf(oursPeak, peerPeak, unit),
  };
}
