/** The rows of a result: what was measured of ours and of the peer, and their ratio. */
import { LesionError } from '@lesion/core';
import { median, middleHalf } from './statistics.js';

/** One figure of ours beside the peer's. */
export interface BenchRow {
  /** `bench/case`, with `/memory` behind it for memory. */
  name: string;
  /** Median of ours, or null where it could not be measured. */
  ours: number | null;
  /** Median of the peer's, or null. */
  peer: number | null;
  peerName: string;
  /** `ms` a step, or `MB`: less is better in both. */
  unit: 'ms' | 'MB';
  /** How many times better ours is: peer / ours; null where one is missing. */
  ratio: number | null;
  /** What ours ran on. */
  oursName?: string;
  /** Between which values the middle half of the steps lies, and in which rounds' ratios lie. */
  spread?: { ours: [number, number] | null; peer: [number, number] | null; ratio: [number, number] | null };
  /** Steps measured on either side. */
  steps?: number;
  /** Why a side is missing. */
  reason?: string;
}

/** What taking turns gave of one contender: its name, times by round, and peak memory. */
export interface Measured {
  name: string;
  rounds: number[][];
  megabytes: number;
}

/** A contender that could not run, and why. */
export interface Missing {
  name: string;
  reason: string;
}

export function isMissing(side: Measured | Missing): side is Missing {
  return 'reason' in side;
}

/** peer / ours, which is how many times better ours is where less is better; null where either is missing or 0. */
export function ratioOf(ours: number | null, peer: number | null): number | null {
  return ours === null || peer === null || ours <= 0 ? null : peer / ours;
}

/** The ratio of each round's medians, from the worst to the best. */
function ratiosByRound(ours: Measured, peer: Measured): [number, number] | null {
  const rounds = Math.min(ours.rounds.length, peer.rounds.length);
  if (rounds === 0) return null;
  const ratios = Array.from({ length: rounds }, (_, i) => median(peer.rounds[i]!) / median(ours.rounds[i]!));
  return [Math.min(...ratios), Math.max(...ratios)];
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

/** The row of a case's times. */
export function timeRow(name: string, ours: Measured | Missing, peer: Measured | Missing): BenchRow {
  const times = (side: Measured | Missing) => (isMissing(side) ? null : side.rounds.flat());
  const [oursTimes, peerTimes] = [times(ours), times(peer)];
  const [oursMedian, peerMedian] = [oursTimes, peerTimes].map((all) => (all ? median(all) : null)) as [
    number | null,
    number | null,
  ];
  return {
    ...base(name, ours, peer),
    ours: oursMedian,
    peer: peerMedian,
    unit: 'ms',
    ratio: ratioOf(oursMedian, peerMedian),
    spread: {
      ours: oursTimes && middleHalf(oursTimes),
      peer: peerTimes && middleHalf(peerTimes),
      ratio: isMissing(ours) || isMissing(peer) ? null : ratiosByRound(ours, peer),
    },
    steps: (oursTimes ?? peerTimes ?? []).length,
  };
}

/** The row of a case's peak memory. */
export function memoryRow(name: string, ours: Measured | Missing, peer: Measured | Missing): BenchRow {
  const [oursPeak, peerPeak] = [ours, peer].map((side) => (isMissing(side) ? null : side.megabytes)) as [
    number | null,
    number | null,
  ];
  return {
    ...base(`${name}/memory`, ours, peer),
    ours: oursPeak,
    peer: peerPeak,
    unit: 'MB',
    ratio: ratioOf(oursPeak, peerPeak),
  };
}
