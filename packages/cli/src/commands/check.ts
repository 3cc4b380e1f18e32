/** `lesion check`: what a data folder holds, and what is wrong with it. */
import { defineCommand } from '../command.js';
import { formatReportTable } from '../dataset-table.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { wholeNumber } from '../parsers.js';

interface CheckOptions {
  deep: boolean;
  maxIssues: number;
}

export const check = defineCommand<[folder: string], CheckOptions>({
  name: 'check',
  group: 'Data:',
  summary: 'list what a data folder holds and what is missing, unreadable, mismatched or there twice',
  description:
    'Looks through a folder in the layout of the ISIC 2017 challenge: counts images, masks, superpixels, features and diagnoses of each split, and lists what is missing, unreadable, of another size than its image, or there twice. Fails if an issue would make a run fail or its figures wrong.',
  examples: [
    { line: 'lesion check isic2017', does: 'reads headers, which takes seconds' },
    {
      line: 'lesion check isic2017 --deep',
      does: 'decodes every file, which finds damage in the middle of one',
    },
    { line: 'lesion check isic2017 --json --max-issues 0', does: 'every issue for a program' },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .argument('<dir>', "a folder in the challenge's layout")
      .option('--deep', 'decode every file instead of reading headers', false)
      .option('--max-issues <number>', 'issues of each severity to write out', wholeNumber({ min: 0 }), 20);
  },
  async run(context, { positional: [folder], options }) {
    const { checkDataset, formatDatasetReport } = await import('@lesion/isic');
    const progress = context.progress('checking', 'images');
    try {
      const report = await checkDataset(folder, {
        deep: options.deep,
        signal: context.signal,
        onProgress: ({ stage, done, total, id }) =>
          progress.update({ done, total, detail: stage === 'duplicates' ? `comparing ${id}` : id }),
      });
      const errors = report.issues.filter(({ severity }) => severity === 'error');
      const first = errors[0];
      const others = errors.length > 1 ? ` (the first of ${formatCount(errors.length, 'error')})` : '';
      return {
        document: report,
        text:
          context.screen.columns === undefined
            ? formatDatasetReport(report, { maxIssues: options.maxIssues })
            : formatReportTable(report, options.maxIssues, context.screen),
        failure:
          first === undefined ? undefined : { exitCode: EXIT.badInput, message: `${first.message}${others}` },
      };
    } finally {
      progress.finish();
    }
  },
});
