// `npm run bench`: chooses benchmarks, runs them, prints a table and writes JSON.
import { assertOneOf, LesionError, throwIfAborted } from '@lesion/core';
import type { Bench, BenchSettings } from './bench.js';
import { BENCHES, chooseBenches, chooseCases } from './benches.js';
import { type CommandLine, parseCommandLine, USAGE } from './command-line.js';
import { describeEnvironment } from './environment.js';
import { checkParity, formatParity } from './parity.js';
import { findPython, type PythonFound } from './python.js';
import { prepareResultFile, writeResult } from './result-file.js';
import { type BenchRow, failureRow } from './rows.js';
import { runCase } from './run-case.js';
import { formatTable } from './table.js';
import { ROADS } from './work.js';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function list(): void {
  for (const { name, summary, byDefault } of BENCHES) {
    console.log(`${name.padEnd(14)}${summary}${byDefault ? '' : ' (only by name)'}`);
  }
}

function lookForPython(benches: readonly Bench[], { python, install }: CommandLine): Promise<PythonFound> {
  const modules = [...new Set(benches.flatMap(({ peerModules }) => peerModules))];
  return findPython(modules, { python, install, announce: say });
}

/** @returns whether every network gives the peer's numbers */
async function check(line: CommandLine, signal: AbortSignal): Promise<boolean> {
  const road = line.road ?? 'onnxruntime';
  assertOneOf(road, ROADS, '--road');
  const found = await lookForPython(BENCHES, line);
  if ('reason' in found) {
    throw new LesionError('NOT_FOUND', { what: 'there is nothing to compare with', got: found.reason });
  }
  let agree = true;
  for (const network of ['lfn', 'fcrn88'] as const) {
    const report = await checkParity(network, { ...line, ...found, road, signal });
    console.log(formatParity(report));
    agree &&= report.agrees;
  }
  return agree;
}

/** @returns whether something of ours was measured in every case */
async function measure(line: CommandLine, args: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { names, json, rounds, processes, threads } = line;
  const benches = chooseBenches(names);
  if (json !== undefined) await prepareResultFile(json);
  const python = await lookForPython(benches, line);
  if ('reason' in python) say(`Ours alone, since there is no peer: ${python.reason}`);
  const settings: BenchSettings = { ...line, python };
  const cases = benches.flatMap((bench) => chooseCases(bench, settings, names));
  const environment = describeEnvironment(threads, args, 'versions' in python ? python.versions : {});
  const rows: BenchRow[] = [];
  let everyCaseRan = true;
  const save = async (complete: boolean): Promise<void> => {
    if (json !== undefined) await writeResult(json, { rows, environment, complete });
  };
  try {
    for (const [i, benchCase] of cases.entries()) {
      throwIfAborted(signal);
      const progress = (what: string): void => say(`[${i + 1}/${cases.length}] ${benchCase.name}: ${what}`);
      const rowsOfCase = await runCase(benchCase, { rounds, processes, signal, onProgress: progress }).catch(
        (error: unknown) => [failureRow(benchCase.name, error)],
      );
      rows.push(...rowsOfCase);
      everyCaseRan &&= rowsOfCase.some(({ ours }) => ours !== null);
      await save(i === cases.length - 1);
    }
  } finally {
    if (rows.length > 0) console.log(`\n${formatTable(rows)}`);
  }
  return everyCaseRan;
}

async function main(args: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  // Once: a second Ctrl-C ends the process as it always does.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      say('Stopping ...');
      stopping.abort();
    });
  }
  try {
    const line = parseCommandLine(args);
    if (line.help) console.log(USAGE);
    else if (line.list) list();
    else if (line.check) return (await check(line, stopping.signal)) ? 0 : 1;
    else return (await measure(line, args, stopping.signal)) ? 0 : 1;
    return 0;
  } catch (error) {
    if (!LesionError.isInstance(error)) throw error;
    say(error.message);
    return error.code === 'ABORTED' ? 130 : 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
