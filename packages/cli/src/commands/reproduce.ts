/** `lesion reproduce`: the paper's tables and figures, ours beside the paper's. */
import { invalidArgument } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import type { WhereFilter } from '@lesion/isic';
import type { FigureNumber, RunName, TableId } from '@lesion/reproduce';
import { InvalidArgumentError, Option } from 'commander';
import { defineCommand } from '../command.js';
import { formatDuration } from '../format.js';
import { engineOption } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { numberList, whereFilter, wholeNumber } from '../parsers.js';
import { commandLine } from '../report/command-line.js';
import { reproductionReport } from '../report/reproduction.js';
import { writeRunReport } from '../report/write.js';
import { alignMarkdownTables } from '../table.js';

interface ReproduceCommandOptions {
  data: string;
  out: string;
  profile: 'paper' | 'workstation' | 'quick';
  engine: EngineName | 'auto';
  tables?: TableId[];
  figures?: FigureNumber[];
  runs?: RunName[];
  resnet50?: string;
  classificationWhere?: WhereFilter;
  report: boolean;
}

const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X'] as const;

/** `1-5,7,A,B`, `III,IV` or `all`. */
export function tableList(text: string): TableId[] | undefined {
  if (text === 'all') return undefined;
  return text.split(',').flatMap((part) => {
    const name = part.trim().toUpperCase();
    if (name === 'A' || name === 'B') return [name];
    const roman = ROMAN.find((known) => known === name);
    if (roman !== undefined) return [roman];
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(name) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from >= 1 && to <= 10 && from <= to)) {
      throw new InvalidArgumentError('Expected tables such as 1-10, III,IV, A, B or all.');
    }
    return ROMAN.slice(from - 1, to);
  });
}

export const reproduce = defineCommand<[], ReproduceCommandOptions>({
  name: 'reproduce',
  group: 'More:',
  summary: "the paper's tables and figures from trained runs, ours beside the paper's",
  description:
    "Trains the runs that the paper's tables and figures need, as far as they are not there yet, and writes tables and figures, ours beside the paper's. Ctrl-C stops cleanly; the same command goes on.",
  examples: [
    {
      line: 'lesion reproduce --data isic2017 --out reproduction --profile workstation',
      does: 'everything, in hours',
    },
    {
      line: 'lesion reproduce --data isic2017 --out reproduction --tables 3-5,VIII --figures none --runs none',
      does: 'some tables, from runs that are there',
    },
    {
      line: 'lesion reproduce --data data --out try --profile quick --tables VIII,X --figures 8',
      does: 'a try in minutes',
    },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .optionsGroup('What and where:')
      .requiredOption('--data <dir>', "a folder in the challenge's layout")
      .requiredOption('--out <dir>', 'runs, predictions, tables and figures; what is there is used')
      .addOption(
        new Option(
          '--profile <name>',
          "the paper's settings, some that two processors finish in hours, or some that take minutes",
        )
          .choices(['paper', 'workstation', 'quick'])
          .default('paper'),
      )
      .addOption(engineOption())
      .optionsGroup('Which of it:')
      .option(
        '--tables <list>',
        '1-10, III,IV, A and B (comparisons beyond the paper); default all',
        tableList,
      )
      .option('--figures <list>', 'of 3, 4, 7 and 8, or none; default all', (text) =>
        text === 'none' ? [] : numberList(wholeNumber({ min: 1, max: 8 }))(text),
      )
      .option(
        '--runs <name,...>',
        'the runs that may be trained, or none; default all that are asked for',
        (text) => (text === 'none' ? [] : text.split(',').map((name) => name.trim())),
      )
      .option(
        '--resnet50 <dir>',
        'the FCRNs begin with the ImageNet weights of this Keras ResNet-50 (model.json)',
      )
      .option(
        '--classification-where <column=value>',
        'only images with this value count for task 3',
        whereFilter,
      )
      .option('--no-report', 'write no report.html');
  },
  async run(context, { options: { report, ...options } }) {
    const { FIGURE_NUMBERS, formatTable, reproduce: run } = await import('@lesion/reproduce');
    const unknown = options.figures?.find((figure) => !FIGURE_NUMBERS.includes(figure));
    if (unknown !== undefined) {
      throw invalidArgument({
        what: 'a figure that is not made here',
        where: '--figures',
        got: unknown,
        expected: FIGURE_NUMBERS.join(', '),
      });
    }
    const progress = context.progress('reproducing', '');
    const start = performance.now();
    const startedAt = new Date().toISOString();
    try {
      const result = await run({
        ...options,
        seed: context.seed,
        signal: context.signal,
        onProgress: showNetworkProgress(progress),
        onRun: (name, index, count) => context.note(`training run ${index + 1} of ${count}: ${name}`),
      });
      const seconds = (performance.now() - start) / 1000;
      const origin = {
        command: commandLine('reproduce', { options: { ...options, report }, seed: context.seed }),
        seed: context.seed,
        startedAt,
      };
      const written = report
        ? await writeRunReport(options.out, await reproductionReport({ origin, result, seconds }))
        : undefined;
      return {
        document: { ...result, seconds, ...(written === undefined ? {} : { report: written.report }) },
        text: [
          ...result.tables.map((table) => alignMarkdownTables(formatTable(table), context.screen)),
          [
            ...(written === undefined ? [] : [`${written.report}: the report, for a browser`]),
            `${result.tablesText}: these tables`,
            `${result.tablesData}: as data`,
            ...result.figures.map(({ title, svg, png }) => `${svg}, ${png}: ${title}`),
            formatDuration(performance.now() - start),
          ].join('\n'),
        ].join('\n'),
      };
    } finally {
      progress.finish();
    }
  },
});
