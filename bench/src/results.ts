/**
 * The results that are kept in the repository: of each benchmark the rows of its last whole run, with the machine that it
 * ran on, as JSON and as a page for people.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalidArgument, invalidFile } from '@lesion/core';
import type { Bench } from './bench.js';
import { BENCHES } from './benches.js';
import type { CommandLine } from './command-line.js';
import type { Environment } from './environment.js';
import { prepareResultFile, writeWhole } from './result-file.js';
import type { BenchRow } from './rows.js';
import { figure } from './table.js';

export const RESULTS_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** The last run of a benchmark. */
export interface KeptResult {
  rows: readonly BenchRow[];
  environment: Environment;
}

/** By the benchmarks' names. */
type KeptResults = Record<string, KeptResult>;

/** Half a benchmark, or one of toy size, would take the place of a whole one. @throws LesionError `INVALID_ARGUMENT` */
export function assertWholeBenches({ tiny }: Pick<CommandLine, 'tiny'>, names: readonly string[]): void {
  const part = names.find((name) => name.includes('/'));
  if (part === undefined && !tiny) return;
  throw invalidArgument({
    what: 'kept results are of whole benchmarks',
    where: '--results',
    got: part ?? '--tiny',
    mend: 'Name a benchmark without a case and take its full size, or write the rows elsewhere with --json FILE.',
  });
}

async function readKept(path: string): Promise<KeptResults> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return (JSON.parse(text) as { benchmarks: KeptResults }).benchmarks;
  } catch (cause) {
    throw invalidFile({
      what: 'not the results of benchmarks',
      where: path,
      mend: 'Remove it; it is written anew.',
      cause,
    });
  }
}

/** Replaces what is kept of the benchmarks that ran, in both files. */
export async function updateResults(
  folder: string,
  results: readonly (KeptResult & { bench: Pick<Bench, 'name'> })[],
  benches: readonly Pick<Bench, 'name' | 'summary'>[] = BENCHES,
): Promise<void> {
  const json = join(folder, 'results.json');
  await prepareResultFile(json);
  const kept = await readKept(json);
  for (const { bench, rows, environment } of results) kept[bench.name] = { rows, environment };
  const ordered: KeptResults = {};
  // A benchmark that is no more leaves no results behind.
  for (const { name } of benches) if (kept[name] !== undefined) ordered[name] = kept[name];
  await writeWhole(json, `${JSON.stringify({ benchmarks: ordered }, null, 2)}\n`);
  await writeWhole(join(folder, 'results.md'), formatResults(ordered, benches));
}

function describeMachine({
  date,
  cpu,
  threads,
  loadAtStart,
  versions,
  capacity,
  photographs,
}: Environment): string {
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const limits =
    capacity === undefined
      ? ''
      : ` ${capacity.gigabytesPerSecond.toPrecision(3)} GB/s, ${capacity.gigaoperationsPerSecond.toPrecision(3)} G operations/s.`;
  return [
    `${date.slice(0, 10)}; ${cpu}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, load ${loadAtStart.toFixed(1)} at the start;`,
    `${photographs} photographs; ${libraries.join(', ')}.${limits}`,
  ].join(' ');
}

const HEADINGS = ['row', 'ours', 'peer', 'unit', 'ratio', 'by round', 'limit', 'nearness', 'agreement'];

function cells({ name, ours, peer, unit, ratio, spread, limit, nearness, agreement }: BenchRow): string[] {
  const rounds = spread?.ratio;
  return [
    `\`${name}\``,
    figure(ours),
    figure(peer),
    unit,
    ratio === null ? '' : ratio.toFixed(2),
    rounds ? `${rounds[0].toFixed(2)} to ${rounds[1].toFixed(2)}` : '',
    limit === undefined ? '' : figure(limit.value),
    nearness === undefined ? '' : nearness.toPrecision(2),
    agreement === undefined ? '' : agreement.value.toPrecision(4),
  ];
}

/** What is the same in many rows, once: peers, limits and agreements. */
function notes(rows: readonly BenchRow[]): string[] {
  const lines = new Set<string>();
  for (const { name, peerName, limit, agreement, reason } of rows) {
    if (name.endsWith('/memory')) continue;
    if (reason !== undefined) lines.add(`\`${name}\`: ${reason}`);
    const parts = [`beside ${peerName}`];
    if (limit !== undefined) parts.push(`limit: ${limit.of}`);
    if (agreement !== undefined) parts.push(`agreement: ${agreement.measure}`);
    if (peerName !== '') lines.add(`\`${name}\`: ${parts.join('; ')}`);
  }
  return [...lines].map((line) => `- ${line}`);
}

/** The page for people. */
export function formatResults(
  results: KeptResults,
  benches: readonly Pick<Bench, 'name' | 'summary'>[],
): string {
  const tableRow = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const sections = benches.flatMap(({ name, summary }) => {
    const result = results[name];
    if (result === undefined) return [];
    return [
      `## ${name}`,
      '',
      `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
      '',
      tableRow(HEADINGS),
      tableRow(HEADINGS.map(() => '---')),
      ...result.rows.map((row) => tableRow(cells(row))),
      '',
      ...notes(result.rows),
      '',
      `Measured by \`npm run bench -- ${result.environment.arguments.join(' ')}\`. ${describeMachine(result.environment)}`,
      '',
    ];
  });
  return [
    '# Results of the benchmarks',
    '',
    'Written by `npm run bench -- NAME --results`; what the columns mean and how it is measured says',
    '[docs/benchmarks.md](../docs/benchmarks.md).',
    '',
    ...sections,
  ].join('\n');
}
