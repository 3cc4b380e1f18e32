/** Writes the report of a run into its folder, and its charts beside it. Leans on @lesion/report. */
import { join } from 'node:path';
import type { ReportData } from '@lesion/report';

/** What was written. */
export interface WrittenReport {
  /** `OUT/report.html`. */
  report: string;
  /** The charts as SVG and PNG; none if the report has no chart. */
  charts: string[];
}

/** Writes `report.html`, and each of its charts as SVG and PNG into `figures/`. */
export async function writeRunReport(folder: string, data: ReportData): Promise<WrittenReport> {
  const { writeCharts, writeReport } = await import('@lesion/report/node');
  const report = join(folder, 'report.html');
  const charts = await writeCharts(join(folder, 'figures'), data);
  await writeReport(report, data);
  return { report, charts };
}
