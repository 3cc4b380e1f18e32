/** The command's arguments. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { assertNumber, assertOneOf, invalidArgument } from '@lesion/core';
import type { TrainingStep } from './work.js';

export interface CommandLine {
  names: string[];
  json: string | undefined;
  results: boolean;
  list: boolean;
  help: boolean;
  check: boolean;
  tiny: boolean;
  rounds: number;
  processes: number;
  threads: number;
  road: string | undefined;
  step: TrainingStep;
  python: string | undefined;
  install: boolean;
}

export const USAGE = `npm run bench -- [NAME...] [options]

Runs benchmarks: ours and the library that one would otherwise call, in turn, on the same work. Without a NAME
all that need no GPU. A NAME is a benchmark, one of its cases, such as train-lfn/batch-32, or all benchmarks of a
kind: networks, blocks or gpu.

  --list           say what there is, and end
  --json FILE      write the rows and the machine to FILE, anew after each case
  --results        write whole benchmarks to bench/results.json and bench/results.md too, at the end
  --rounds N       turns that each side takes in a set of processes (4)
  --processes N    sets of fresh processes, whose times are pooled (3)
  --threads N      threads for either side (all processors that this process may use)
  --check          compare the networks' numbers with the peer's instead of their times
  --tiny           the smallest sizes there are: shows that all runs, not how fast
  --road NAME      what ours runs on, such as cpu; only for the networks
  --step NAME      loop, as @lesion/train takes a training step, or minimize (loop)
  --python PATH    the interpreter of the peers (the environment's PYTHON, else the first that has them)
  --no-install     do not install peers with apt-get
`;

function wholeNumber(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  assertNumber(value, name, { integer: true, min: 1 });
  return value;
}

/** @throws LesionError `INVALID_ARGUMENT` for an unknown option or a value that makes no sense */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const step = values.step ?? 'loop';
  assertOneOf(step, ['loop', 'minimize'], '--step');
  return {
    names: positionals,
    json: values.json,
    results: values.results ?? false,
    list: values.list ?? false,
    help: values.help ?? false,
    check: values.check ?? false,
    tiny: values.tiny ?? false,
    rounds: wholeNumber(values.rounds, '--rounds', 4),
    processes: wholeNumber(values.processes, '--processes', 3),
    threads: wholeNumber(values.threads, '--threads', availableParallelism()),
    road: values.road,
    step,
    python: values.python,
    install: !(values['no-install'] ?? false),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        results: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        check: { type: 'boolean' },
        tiny: { type: 'boolean' },
        rounds: { type: 'string' },
        processes: { type: 'string' },
        threads: { type: 'string' },
        road: { type: 'string' },
        step: { type: 'string' },
        python: { type: 'string' },
        'no-install': { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw invalidArgument({
      what: (cause as Error).message,
      mend: 'npm run bench -- --help shows all options.',
      cause,
    });
  }
}
