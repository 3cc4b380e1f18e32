// `npm run bench`: chooses benchmarks, runs them, prints a table and writes JSON.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertOneOf, LesionError, throwIfAborted } from '@lesion/core';
import type { Bench, BenchCase, BenchSettings } from './bench.js';
import { BENCHES, chooseBenches, chooseCases, expandGroups } from './benches.js';
import { type Capacity, measureCapacity } from './capacity.js';
import { type CommandLine, parseCommandLine, USAGE } from './command-line.js';
import { describeEnvironment } from './environment.js';
import { NETWORK_BENCHES } from './networks.js';
import { checkParity, formatParity } from './parity.js';
import { findPython, type PythonFound } from './python.js';
import { prepareResultFile, writeResult } from './result-file.js';
import { assertWholeBenches, RESULTS_FOLDER, updateResults } from './results.js';
import { type BenchRow, failureRow } from './rows.js';
import { runCase } from './run-case.js';
import { formatTable } from './table.js';
import { ROADS } from './work.js';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function list(): void {
  for (const { name, summary, byDefault } of BENCHES) {
    console.log(`${name.padEnd(22)}${summary}${byDefault ? '' : ' (only by name)'}`);
  }
}

function lookForPython(
  benches: readonly Bench[],
  { python, install }: Pick<CommandLine, 'python' | 'install'>,
): Promise<PythonFound> {
  const modules = [...new Set(benches.flatMap(({ peerModules }) => peerModules))];
  return findPython(modules, { python, install, announce: say });
}

/** An interpreter for the peers of each benchmark: one for all of them, else what there is for each. */
async function lookForPythons(
  benches: readonly Bench[],
  line: CommandLine,
): Promise<ReadonlyMap<Bench, PythonFound>> {
  const forAll = await lookForPython(benches, line);
  const found = new Map<Bench, PythonFound>();
  for (const bench of benches) {
    const lacks = 'reason' in forAll && benches.length > 1;
    found.set(bench, lacks ? await lookForPython([bench], { ...line, install: false }) : forAll);
  }
  for (const [{ name }, python] of found) {
    if ('reason' in python) say(`${name}: ours alone, since there is no peer: ${python.reason}`);
  }
  return found;
}

/** @returns whether every network gives the peer's numbers */
async function check(line: CommandLine, signal: AbortSignal): Promise<boolean> {
  const road = line.road ?? 'onnxruntime';
  assertOneOf(road, ROADS, '--road');
  const found = await lookForPython(NETWORK_BENCHES, line);
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

/** What the machine can do at most; without ONNX Runtime rows have no limits. */
async function capacityOrNone(threads: number, signal: AbortSignal): Promise<Capacity | undefined> {
  say('Measuring what the machine can do at most ...');
  try {
    return await measureCapacity(threads, signal);
  } catch (error) {
    if (LesionError.isInstance(error)) throw error;
    say(`Rows without limits: ${(error as Error).message}`);
    return undefined;
  }
}

/** @returns whether something of ours was measured in every case */
async function measure(line: CommandLine, args: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { json, rounds, processes, threads } = line;
  const names = expandGroups(line.names);
  const benches = chooseBenches(names);
  if (line.results) assertWholeBenches(line, names);
  if (json !== undefined) await prepareResultFile(json);
  const pythons = await lookForPythons(benches, line);
  const versions = Object.assign(
    {},
    ...[...pythons.values()].map((found) => ('versions' in found ? found.versions : {})),
  ) as Record<string, string>;
  const wantsLimits = benches.some(({ group }) => group === 'blocks');
  const capacity = wantsLimits ? await capacityOrNone(threads, signal) : undefined;
  const environment = describeEnvironment(threads, args, versions, capacity);
  const folder = await mkdtemp(join(tmpdir(), 'lesion-bench-'));
  const cases: [Bench, BenchCase][] = benches.flatMap((bench) => {
    const settings: BenchSettings = { ...line, python: pythons.get(bench)!, folder, capacity };
    return chooseCases(bench, settings, names).map((one): [Bench, BenchCase] => [bench, one]);
  });
  const rows: [Bench, BenchRow][] = [];
  const allRows = (): BenchRow[] => rows.map(([, row]) => row);
  let everyCaseRan = true;
  const save = async (complete: boolean): Promise<void> => {
    if (json !== undefined) await writeResult(json, { rows: allRows(), environment, complete });
  };
  try {
    for (const [i, [bench, benchCase]] of cases.entries()) {
      throwIfAborted(signal);
      const progress = (what: string): void => say(`[${i + 1}/${cases.length}] ${benchCase.name}: ${what}`);
      const rowsOfCase = await runCase(benchCase, { rounds, processes, signal, onProgress: progress }).catch(
        (error: unknown) => [failureRow(benchCase.name, error)],
      );
      rows.push(...rowsOfCase.map((row): [Bench, BenchRow] => [bench, row]));
      everyCaseRan &&= rowsOfCase.some(({ ours }) => ours !== null);
      await save(i === cases.length - 1);
    }
    if (line.results) {
      const rowsOf = (bench: Bench) => rows.filter(([owner]) => owner === bench).map(([, row]) => row);
      await updateResults(
        RESULTS_FOLDER,
        benches.map((bench) => ({ bench, rows: rowsOf(bench), environment })),
      );
    }
  } finally {
    if (rows.length > 0) console.log(`\n${formatTable(allRows())}`);
    await rm(folder, { recursive: true, force: true });
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
