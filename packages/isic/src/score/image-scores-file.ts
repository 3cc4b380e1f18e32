/** The per-image CSV; written at once when complete, so that a stopped run leaves no half a file. */
import { LesionError } from '@lesion/core';
import type { PerImageRow } from '@lesion/metrics';
import { writeFileAtomic } from '@lesion/preprocess/node';

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The per-image figures as CSV text: a header line, then a line a row; undefined figures are empty cells. */
export function formatImageScores(rows: readonly PerImageRow[]): string {
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const classes = rows.some(({ className }) => className !== undefined);
  const lines = rows.map(({ id, className, values }) => [
    id,
    ...(classes ? [className ?? ''] : []),
    ...columns.map((column) => {
      const value = values[column];
      return value === undefined || Number.isNaN(value) ? '' : String(value);
    }),
  ]);
  const header = ['image_id', ...(classes ? ['class'] : []), ...columns];
  return `${[header, ...lines].map((line) => line.map(cell).join(',')).join('\n')}\n`;
}

/**
 * Writes the figures of each image of a {@link SubmissionScore} as a CSV.
 *
 * @param path The file; replaced at once when all is written.
 * @param rows The `perImage` of a score.
 * @throws LesionError `NOT_FOUND` if its folder does not exist; `INVALID_ARGUMENT` if it cannot be written.
 * @example
 * ```ts
 * await writeImageScores('per-image.csv', score.perImage);
 * ```
 */
export async function writeImageScores(path: string, rows: readonly PerImageRow[]): Promise<void> {
  try {
    await writeFileAtomic(path, formatImageScores(rows));
  } catch (error) {
    if (LesionError.isInstance(error)) throw error;
    throw new LesionError('INVALID_ARGUMENT', {
      what: `the file cannot be written (${(error as NodeJS.ErrnoException).code})`,
      where: path,
      mend: 'Give a path in a folder that exists and may be written to.',
      cause: error,
    });
  }
}
