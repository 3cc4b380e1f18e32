/** The metrics of a task as a table for people, alike for `score`, `evaluate` and `demo`. */
import type { ProtocolIntervals } from '@lesion/metrics';
import { formatCount, formatMetric } from './format.js';
import { plainScreen, type Screen } from './screen.js';
import { formatTable } from './table.js';

/** A task's metrics. */
export interface TaskScore {
  task: 1 | 2 | 3;
  protocol: string;
  /** Images that were scored. */
  count: number;
  /** Images that should have been. */
  expected: number;
  metrics: Record<string, number>;
  perClass: Record<string, Record<string, number>>;
  intervals?: ProtocolIntervals<string> | undefined;
}

const TASK_NAMES = { 1: 'segmentation', 2: 'dermoscopic features', 3: 'disease classification' } as const;

/** A heading, then one row for the mean, its interval if there is one, and one for each class. */
export function formatMetrics(score: TaskScore, screen: Screen = plainScreen): string {
  const { task, protocol, count, expected, metrics, perClass, intervals } = score;
  const names = Object.keys(metrics);
  const row = (label: string, values: Record<string, number | undefined>): string[] => [
    label,
    ...names.map((name) => formatMetric(values[name])),
  ];
  const rows = [['', ...names], row(task === 1 ? 'mean over images' : 'mean', metrics)];
  for (const [label, bound] of [
    ['  95 % from', 'lower'],
    ['  95 % to', 'upper'],
  ] as const) {
    if (intervals === undefined) break;
    rows.push([label, ...names.map((name) => formatMetric(intervals.metrics[name]?.[bound]))]);
  }
  for (const [name, values] of Object.entries(perClass)) rows.push(row(name, values));
  const images = `${formatCount(count, 'image')}${count === expected ? '' : ` of ${expected}`}`;
  return `Task ${task}, ${TASK_NAMES[task]}, protocol ${protocol}: ${images}\n\n${formatTable(rows, { screen, spare: [5, 4, 3] })}`;
}
