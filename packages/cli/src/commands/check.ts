/** `lesion check`: what a data folder holds, and what is wrong with it. */
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { wholeNumber } from '../parsers.js';

interface CheckOptions {
  deep: boolean;
  maxIssues: number;
}

export const check = defineCommand<[folder: string], CheckOptions>({
  name: 'check',
  summary: 'list what a data folder holds and what is missing, unreadable, mismatched or there twice',
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
        text: formatDatasetReport(report, { maxIssues: options.maxIssues }),
        failure:
          first === undefined ? undefined : { exitCode: EXIT.badInput, message: `${first.message}${others}` },
      };
    } finally {
      progress.finish();
    }
  },
});
