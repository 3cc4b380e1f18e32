/** The report of `lesion reproduce`: the paper's tables with ours beside them, and the figures. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ReportComparison, ReportData, ReportFigure, ReportMeasure } from '@lesion/report';
import type { MeasuredValue, Reproduction, Table, WrittenFigure } from '@lesion/reproduce';
import { type Origin, originOf } from './origin.js';

function measureOf(value: MeasuredValue | null): ReportMeasure {
  if (value === null || !Number.isFinite(value.value)) return null;
  return value.lower === null || value.upper === null
    ? value.value
    : { value: value.value, low: value.lower, high: value.upper };
}

function comparison({ id, title, columns, rows, protocol, notes }: Table): ReportComparison {
  return {
    title: `Table ${id}. ${title}`,
    columns,
    rows: rows.map(({ label, cells, provenance, images, note }) => ({
      name: label,
      cells: columns.map((column) => {
        const { paper = null, ours = null } = cells[column] ?? {};
        return { reference: paper, ours: measureOf(ours) };
      }),
      ...(provenance === null
        ? {}
        : {
            source: [
              `run ${provenance.run}`,
              `profile ${provenance.profile}`,
              ...(images === null ? [] : [`${images} images`]),
              `data ${provenance.trainingData.slice(0, 12)}`,
              `configuration ${provenance.configuration}`,
              `engine ${provenance.engine}`,
            ].join(', '),
          }),
      ...(note === null ? {} : { note }),
    })),
    protocol,
    notes,
  };
}

/** Width and height of a PNG file, which stand at fixed places in its header. */
function pngSize(bytes: Buffer): { width: number; height: number } {
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

async function figure({ title, png }: WrittenFigure): Promise<ReportFigure> {
  const bytes = await readFile(png);
  return {
    title,
    picture: {
      source: `data:image/png;base64,${bytes.toString('base64')}`,
      ...pngSize(bytes),
      description: title,
    },
    note: `As files: figures/${basename(png)} and .svg.`,
  };
}

/** The whole report. */
export async function reproductionReport(run: {
  origin: Origin;
  result: Reproduction;
  seconds: number;
}): Promise<ReportData> {
  const { origin, result, seconds } = run;
  const { REPRODUCTION_PROFILES } = await import('@lesion/reproduce');
  const figures: ReportFigure[] = [];
  for (const written of result.figures) figures.push(await figure(written));
  return {
    title: 'Tables and figures of Li & Shen 2017, reproduced',
    summary: `Profile ${result.profile}: ${REPRODUCTION_PROFILES[result.profile].summary}. Ours with 95 % bootstrap intervals over images.`,
    ...originOf(origin),
    protocol: "the challenge's official scoring of 2017; what each table was measured on stands above it",
    fingerprint: result.data,
    comparisons: result.tables.map(comparison),
    figures,
    steps: [{ name: 'reproduce', seconds, detail: result.tablesText }],
  };
}
