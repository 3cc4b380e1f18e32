/** The sections of a report on the run itself: environment, steps, data, losses, models. Leans on the markup and the chart. */
import { invalidArgument } from '@lesion/core';
import { formatNumber, formatSeconds } from './format.js';
import { lineChart } from './line-chart.js';
import { type Markup, markup } from './markup.js';
import type { ReportLosses, ReportModel, ReportStep, ReportTable, ReportValue } from './report-data.js';

/** A share from 0 to 1 as a horizontal bar. */
export function bar(share: number, strong = false): Markup {
  const width = Math.round(1000 * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)));
  return markup`<svg class="bar${strong ? ' strong' : ''}" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="ground" width="1000" height="10"/><rect width="${width}" height="10"/></svg>`;
}

const shown = (value: ReportValue): string => (typeof value === 'string' ? value : formatNumber(value));

/** Names and values side by side. */
export function factList(facts: readonly (readonly [string, ReportValue])[]): Markup {
  return markup`<dl class="facts">${facts.map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${shown(value)}</dd></div>`,
  )}</dl>`;
}

export function stepsSection(steps: readonly ReportStep[]): Markup {
  const total = steps.reduce((sum, step) => sum + (Number.isFinite(step.seconds) ? step.seconds : 0), 0);
  return markup`<div class="scroll"><table class="wide">
<thead><tr><th scope="col">Step</th><th scope="col" class="number">Time</th><th scope="col" class="share">Share</th><th scope="col">Result</th></tr></thead>
<tbody>${steps.map(
    ({ name, seconds, detail, state = 'done' }) => markup`
<tr><th scope="row">${name}</th><td class="number">${formatSeconds(seconds)}</td><td class="share">${bar(total > 0 ? seconds / total : 0)}</td><td>${state !== 'done' && markup`<span class="${state}">${state}</span>${detail ? ': ' : ''}`}${detail}</td></tr>`,
  )}
<tr class="total"><th scope="row">Total</th><td class="number">${formatSeconds(total)}</td><td class="share"></td><td></td></tr></tbody></table></div>`;
}

function dataTable({ title, columns, rows, note }: ReportTable): Markup {
  for (const [i, row] of rows.entries()) {
    if (row.length === columns.length) continue;
    throw invalidArgument({
      what: 'a row does not fill the columns',
      where: `data ${title}`,
      got: `${row.length} values in row ${i}`,
      expected: columns.length,
    });
  }
  // A column is set as numbers if nothing in it is text.
  const numeric = columns.map((_, i) => i > 0 && rows.every((row) => typeof row[i] !== 'string'));
  return markup`<div><div class="scroll"><table><caption>${title}</caption>
<thead><tr>${columns.map((name, i) => markup`<th scope="col"${numeric[i] && markup` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => markup`
<tr>${row.map((value, i) =>
      i === 0
        ? markup`<th scope="row">${shown(value)}</th>`
        : markup`<td${numeric[i] && markup` class="number"`}>${shown(value)}</td>`,
    )}</tr>`,
  )}</tbody></table></div>${note && markup`<p class="note">${note}</p>`}</div>`;
}

export function dataSection(tables: readonly ReportTable[]): Markup {
  return markup`<div class="grid-of-two">${tables.map(dataTable)}</div>`;
}

function lossFigure({ title, curves, unit = 'iteration', note }: ReportLosses): Markup {
  for (const { name, at, loss } of curves) {
    if (at.length === loss.length) continue;
    throw invalidArgument({
      what: 'not one loss for each place',
      where: `losses ${title}, ${name}`,
      got: `${loss.length} and ${at.length}`,
      expected: 'as many values of loss as of at',
    });
  }
  const series = curves.map(({ name, at, loss }) => ({ name, at, values: loss }));
  const summaries = curves.map(({ name, at, loss }) => {
    let lowest: { at: number; loss: number } | undefined;
    let last: number | undefined;
    for (const [i, value] of loss.entries()) {
      if (value === null || !Number.isFinite(value)) continue;
      last = value;
      if (lowest === undefined || value < lowest.loss) lowest = { at: at[i]!, loss: value };
    }
    return { name, lowest, last };
  });
  const description = `${title}: ${summaries
    .map(
      ({ name, lowest, last }) =>
        `${name} loss ends at ${formatNumber(last)}, lowest ${formatNumber(lowest?.loss)}`,
    )
    .join('; ')}.`;
  const chart = lineChart({ description, horizontal: unit, vertical: 'loss', series });
  const averaged = Math.max(1, ...curves.map(({ at }) => Math.ceil(at.length / 320)));
  return markup`<figure><h3>${title}</h3>${chart}
<table class="wide"><thead><tr><th scope="col">Curve</th><th scope="col" class="number">Lowest</th><th scope="col" class="number">at ${unit}</th><th scope="col" class="number">Last</th></tr></thead>
<tbody>${summaries.map(
    ({ name, lowest, last }, i) => markup`
<tr><th scope="row"><svg class="swatch series series-${(i % 4) + 1}" viewBox="0 0 44 14" aria-hidden="true"><line x1="0" x2="44" y1="7" y2="7"/></svg>${name}</th><td class="number">${formatNumber(lowest?.loss)}</td><td class="number">${formatNumber(lowest?.at)}</td><td class="number">${formatNumber(last)}</td></tr>`,
  )}</tbody></table>
${averaged > 1 && markup`<figcaption class="note">Each point drawn is the mean of up to ${averaged} neighbours.</figcaption>`}${note && markup`<p class="note">${note}</p>`}</figure>`;
}

export function lossesSection(losses: readonly ReportLosses[]): Markup {
  return markup`<div class="grid-of-two">${losses.map(lossFigure)}</div>`;
}

export function modelsSection(models: readonly ReportModel[]): Markup {
  return markup`${models.map(
    ({ name, details }) => markup`<h3>${name}</h3>${factList(Object.entries(details))}`,
  )}`;
}
