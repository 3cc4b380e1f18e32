/** What a data folder holds, as tables for a terminal. Pure; leans on the report of @lesion/isic. */
import { DERMOSCOPIC_FEATURES, LESION_CLASSES } from '@lesion/core';
import type { DatasetReport, IssueSeverity } from '@lesion/isic';
import { formatCount } from './format.js';
import { harmless, type Screen, type TextFormat } from './screen.js';
import { formatTable, heading, wrapText } from './table.js';

const SEVERITY_FORMATS: Record<IssueSeverity, TextFormat> = { error: 'red', warning: 'yellow', info: 'cyan' };

/** A table of the splits, one of annotated attributes where there are any, the issues and a verdict. */
export function formatReportTable(report: DatasetReport, maxIssues: number, screen: Screen): string {
  const splits = Object.entries(report.splits).filter(([, { parts }]) => parts.length > 0);
  const header = [
    '',
    'images',
    'masks',
    'superpixel\nmaps',
    'features\nJSONs',
    ...LESION_CLASSES.map(heading),
  ];
  const hasUndiagnosed = splits.some(([, { undiagnosed }]) => undiagnosed > 0);
  const rows = splits.map(([name, split]) => [
    name,
    split.images === split.records ? String(split.images) : `${split.images} of ${split.records}`,
    ...[split.masks, split.superpixels, split.features].map(String),
    ...LESION_CLASSES.map((diagnosis) => {
      const { images, listed } = split.diagnoses[diagnosis];
      return images === listed ? String(images) : `${images} of ${listed}`;
    }),
    ...(hasUndiagnosed ? [String(split.undiagnosed)] : []),
  ]);
  const parts = [
    harmless(report.folder),
    formatTable([[...header, ...(hasUndiagnosed ? ['unknown'] : [])], ...rows], {
      screen,
      spare: [4, 3, 2, 7],
    }),
  ];

  const annotated = splits.filter(([, split]) => split.annotated > 0);
  if (annotated.length > 0) {
    parts.push(
      formatTable(
        [
          ['attribute\nmasks', 'images', ...DERMOSCOPIC_FEATURES.map(heading)],
          ...annotated.map(([name, split]) => [
            name,
            String(split.annotated),
            ...DERMOSCOPIC_FEATURES.map((feature) => String(split.attributes[feature])),
          ]),
        ],
        { screen },
      ),
    );
  }

  const counts: string[] = [];
  const lines: string[] = [];
  for (const severity of ['error', 'warning', 'info'] as const) {
    const issues = report.issues.filter((issue) => issue.severity === severity);
    if (severity !== 'info') counts.push(formatCount(issues.length, severity));
    const shown = issues.slice(0, maxIssues).map(({ message }) => message);
    if (issues.length > maxIssues) shown.push(`${issues.length - maxIssues} more`);
    for (const message of shown) {
      // The severity stands in a column of its own, so that a long message keeps clear of it.
      const [first = '', ...more] = wrapText(harmless(message), Math.max(20, (screen.columns ?? 80) - 9));
      lines.push(`${screen.style(SEVERITY_FORMATS[severity], severity.padEnd(7))}  ${first}`);
      lines.push(...more.map((line) => `         ${line}`));
    }
  }
  if (lines.length > 0) parts.push(lines.join('\n'));
  const depth = report.deep ? 'every file decoded' : 'headers read, files not decoded';
  const verdict = report.valid ? screen.style('green', 'usable') : screen.style('red', 'not usable as it is');
  parts.push(`${verdict}: ${counts.join(', ')} (${depth})`);
  return parts.join('\n\n');
}
