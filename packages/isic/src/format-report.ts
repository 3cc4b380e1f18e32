/** An integrity report as text for people; pure. */
import { assertNumber, DERMOSCOPIC_FEATURES, LESION_CLASSES, resolveOptions } from '@lesion/core';
import { DATASET_SPLITS } from './layout.js';
import type { DatasetReport, SplitReport } from './report.js';
import { plural } from './wording.js';

/** Options of {@link formatDatasetReport}. */
export interface FormatReportOptions {
  /** How many issues of each severity are written out; the rest are counted. @default 20 */
  maxIssues?: number | undefined;
}

function splitLines(name: string, report: SplitReport): string[] {
  if (report.parts.length === 0) return [];
  const known = report.images === report.records ? '' : ` (${report.records} known)`;
  const counts = [
    `${plural(report.images, 'image')}${known}`,
    plural(report.masks, 'mask'),
    plural(report.superpixels, 'superpixel map'),
    plural(report.features, 'features JSON'),
  ];
  const lines = [`${name}: ${counts.join(', ')}`];
  if (report.parts.includes('diagnoses')) {
    const classes = LESION_CLASSES.map((diagnosis) => {
      const { listed, images } = report.diagnoses[diagnosis];
      return `${diagnosis} ${images}${images === listed ? '' : ` (listed ${listed})`}`;
    });
    if (report.undiagnosed > 0) classes.push(`unknown ${report.undiagnosed}`);
    lines.push(`  diagnoses: ${classes.join(', ')}`);
  }
  if (report.annotated > 0) {
    const features = DERMOSCOPIC_FEATURES.map((feature) => `${feature} ${report.attributes[feature]}`);
    lines.push(`  attribute masks: ${plural(report.annotated, 'image')} annotated; ${features.join(', ')}`);
  }
  return lines;
}

/**
 * Writes a report as text: counts of each split, then the issues, one a line, errors first, and a last line that sums up.
 *
 * @throws LesionError `INVALID_ARGUMENT` if `maxIssues` is not a whole number from 0.
 * @example
 * ```ts
 * console.log(formatDatasetReport(await checkDataset('isic2017')));
 * ```
 */
export function formatDatasetReport(report: DatasetReport, options?: FormatReportOptions): string {
  const { maxIssues } = resolveOptions(options, { maxIssues: 20 }, 'formatDatasetReport');
  assertNumber(maxIssues, 'maxIssues', { integer: true, min: 0 });
  const lines = [report.folder];
  for (const split of DATASET_SPLITS) lines.push(...splitLines(split, report.splits[split]));
  lines.push('');
  const summary: string[] = [];
  for (const severity of ['error', 'warning', 'info'] as const) {
    const issues = report.issues.filter((issue) => issue.severity === severity);
    for (const { message } of issues.slice(0, maxIssues)) lines.push(`${severity}: ${message}`);
    if (issues.length > maxIssues) lines.push(`${severity}: ${issues.length - maxIssues} more`);
    if (severity !== 'info') summary.push(plural(issues.length, severity));
  }
  const depth = report.deep ? 'every file decoded' : 'headers read, files not decoded';
  lines.push(`${report.valid ? 'usable' : 'not usable as it is'}: ${summary.join(', ')} (${depth})`);
  return lines.join('\n');
}
