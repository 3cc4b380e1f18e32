/** What a benchmark is: cases, and in each one ours and the peer, who take turns. Leans on no library that is measured. */
import type { Arrays } from './array-file.js';
import type { Capacity } from './capacity.js';
import type { PeerModule } from './python.js';
import type { Limit, Unit } from './rows.js';
import type { WorkerCommand } from './worker-process.js';

/** One that takes part in a case. */
export interface Contender {
  /** What it is called where it cannot say so itself. */
  name: string;
  command: WorkerCommand;
  /** What its row's name ends in where several of ours take part. */
  suffix?: string;
}

/** How alike two results are. */
export interface Agreement {
  /** What is compared, in words, with its unit. */
  measure: string;
  of(ours: Arrays, peer: Arrays): number;
}

/** One comparison. It gives a row of times and one of memory for each of ours. */
export interface BenchCase {
  /** `bench/case`. */
  name: string;
  ours: readonly Contender[];
  /** Ways to run the peer, of which the fastest is compared with, or why there are none. */
  peer: { name: string; ways: readonly Contender[] } | { name: string; reason: string };
  /** Steps before the first one that counts. */
  warmup: number;
  /** Steps in a turn. */
  steps: number;
  /** Whether peak memory is compared too; what a GPU holds does not show in it. */
  memory: boolean;
  /** What steps and memory are counted in, which the workers know too. @default milliseconds and megabytes */
  units?: { step: Unit; memory: Unit };
  /** A worker that makes what the contenders read; it is ready once that is there. */
  inputs?: WorkerCommand;
  /** Has every contender write its result, and compares them. */
  agreement?: Agreement;
  /** What nothing on this machine could pass. */
  limit?: Limit | undefined;
}

/** What cases are made for. */
export interface BenchSettings {
  threads: number;
  tiny: boolean;
  /** Where ours runs, in place of a benchmark's own choice. */
  road?: string | undefined;
  /** How ours takes a training step. */
  step: 'loop' | 'minimize';
  /** The interpreter of the peers, or why there is none. */
  python: { python: string; versions: Readonly<Record<string, string>> } | { reason: string };
  /** Where inputs lie that cases share. */
  folder: string;
  /** What the machine can do at most, or undefined where it was not measured. */
  capacity?: Capacity | undefined;
}

export interface Bench {
  name: string;
  /** What stands for it and others like it on the command line. */
  group: 'networks' | 'blocks' | 'gpu';
  summary: string;
  /** Whether it runs where no benchmark is named. */
  byDefault: boolean;
  /** What the peer's Python has to have. */
  peerModules: readonly PeerModule[];
  cases(settings: BenchSettings): BenchCase[];
}
