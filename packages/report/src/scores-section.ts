/** The section of a report with the challenge's measures, a table a task. Leans on the markup. */
import { inWords } from '@lesion/core';
import { formatMeasure, UNDEFINED_MARK } from './format.js';
import { type Markup, markup } from './markup.js';
import type { ReportMeasure, ReportScores } from './report-data.js';

const TASKS = {
  1: 'Lesion segmentation',
  2: 'Dermoscopic feature extraction',
  3: 'Lesion classification',
} as const;

const MEASURES: Record<string, string> = {
  AC: 'accuracy',
  JA: 'Jaccard index',
  DI: 'Dice coefficient',
  SE: 'sensitivity',
  SP: 'specificity',
  AUC: 'area under the ROC curve',
  AP: 'average precision',
};

function cell(measure: ReportMeasure | undefined): Markup {
  if (typeof measure !== 'object' || measure === null) {
    return markup`<td class="number">${formatMeasure(measure)}</td>`;
  }
  const { value, low, high } = measure;
  const isKnown = formatMeasure(low) !== UNDEFINED_MARK && formatMeasure(high) !== UNDEFINED_MARK;
  return markup`<td class="number">${formatMeasure(value)}${isKnown && markup`<span class="interval">${formatMeasure(low)} to ${formatMeasure(high)}</span>`}</td>`;
}

function taskTable({
  task,
  protocol,
  split,
  count,
  metrics,
  perClass,
  references,
  note,
}: ReportScores): Markup {
  const rows = [
    ...Object.entries(perClass ?? {}).map(([name, values]) => ({ name: inWords(name), values, kind: '' })),
    {
      name: 'mean',
      values: metrics,
      kind: 'total',
    },
    ...(references ?? []).map((reference) => ({
      name: reference.name,
      values: reference.metrics,
      kind: 'reference',
    })),
  ];
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const facts = [
    `protocol ${protocol}`,
    split,
    count !== undefined && `${count} ${count === 1 ? 'image' : 'images'}`,
  ].filter((fact) => typeof fact === 'string');
  return markup`<div><div class="scroll"><table class="wide scores"><caption>Task ${task}: ${TASKS[task]}<span class="soft">${facts.join(', ')}</span></caption>
<thead><tr><td></td>${names.map(
    (name) =>
      markup`<th scope="col" class="number">${Object.hasOwn(MEASURES, name) ? markup`<abbr title="${MEASURES[name]}">${name}</abbr>` : name}</th>`,
  )}</tr></thead>
<tbody>${rows.map(
    ({ name, values, kind }) => markup`
<tr${kind && markup` class="${kind}"`}><th scope="row">${name}</th>${names.map((measure) => cell(values[measure]))}</tr>`,
  )}</tbody></table></div>${note && markup`<p class="note">${note}</p>`}</div>`;
}

export function scoresSection(scores: readonly ReportScores[]): Markup {
  const used = new Set(
    scores.flatMap(({ metrics, perClass }) =>
      [metrics, ...Object.values(perClass ?? {})].flatMap(Object.keys),
    ),
  );
  const explained = Object.entries(MEASURES).filter(([name]) => used.has(name));
  return markup`<div class="grid-of-two">${scores.map(taskTable)}</div>
<p class="note">${explained.map(([name, meaning]) => `${name} ${meaning}`).join(', ')}${explained.length > 0 && '. '}— marks a measure that is undefined: nothing to count.</p>`;
}
