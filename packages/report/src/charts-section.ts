/** The sections of a report with charts of scores: curves, reliability, histograms, confusion, groups. Leans on the charts. */
import { inWords } from '@lesion/core';
import { RELIABILITY_NOTE } from './chart-figures.js';
import { seriesClass } from './chart-style.js';
import { confusionChart } from './confusion-chart.js';
import { precisionRecallChart, rocChart } from './curve-chart.js';
import { formatInterval, formatMeasure, formatNumber } from './format.js';
import { histogramChart, median } from './histogram-chart.js';
import { type Markup, markup } from './markup.js';
import { reliabilityChart } from './reliability-chart.js';
import type {
  ReportConfusion,
  ReportHistogram,
  ReportRanking,
  ReportReliability,
  ReportSubgroups,
} from './report-data.js';
import { intervalMark, SMALL_GROUP, subgroupMeasures } from './subgroup-chart.js';

/** The stroke of a series beside its name. */
export function swatch(index: number): Markup {
  return markup`<svg class="swatch series ${seriesClass(index)}" viewBox="0 0 44 14" aria-hidden="true"><line x1="0" x2="44" y1="7" y2="7"/></svg>`;
}

const noteBelow = (note: string | undefined): Markup | undefined =>
  note === undefined ? undefined : markup`<p class="note">${note}</p>`;

function ranking({ title, classes, note }: ReportRanking): Markup {
  if (classes.length === 0) return markup``;
  const hasBand = classes.some(({ roc, precisionRecall }) => roc.band ?? precisionRecall.band);
  return markup`<div class="charts"><h3>${title}</h3>
<div class="chart-row"><figure class="square">${rocChart(classes).element}<figcaption>ROC curves; the diagonal is what guessing gives</figcaption></figure>
<figure class="square">${precisionRecallChart(classes).element}<figcaption>Precision-recall curves; guessing gives the share of the class</figcaption></figure></div>
<div class="scroll"><table><thead><tr><th scope="col">Class</th><th scope="col" class="number">Positives</th><th scope="col" class="number">Negatives</th><th scope="col" class="number"><abbr title="area under the ROC curve">AUC</abbr></th><th scope="col" class="number"><abbr title="average precision">AP</abbr></th></tr></thead>
<tbody>${classes.map(
    ({ name, positives, negatives, roc, precisionRecall }, i) => markup`
<tr><th scope="row">${swatch(i)}${inWords(name)}</th><td class="number">${formatNumber(positives)}</td><td class="number">${formatNumber(negatives)}</td><td class="number">${formatInterval(roc.area)}</td><td class="number">${formatInterval(precisionRecall.area)}</td></tr>`,
  )}</tbody></table></div>
${hasBand && markup`<p class="note">Bands and brackets hold 95 % of bootstrap samples.</p>`}${noteBelow(note)}</div>`;
}

export function rankingsSection(rankings: readonly ReportRanking[]): Markup {
  return markup`${rankings.map(ranking)}`;
}

export function reliabilitySection(parts: readonly ReportReliability[]): Markup {
  return markup`${parts.map(
    ({ title, classes, note }) => markup`<div class="charts"><h3>${title}</h3>
<div class="chart-row">${classes.map(
      (reliable, i) =>
        markup`<figure class="square">${reliabilityChart(reliable, i).element}<figcaption><b>${inWords(reliable.name)}</b>, error ${formatInterval(reliable.error)}</figcaption></figure>`,
    )}</div><p class="note">${RELIABILITY_NOTE}</p>${noteBelow(note)}</div>`,
  )}`;
}

function histogram(part: ReportHistogram): Markup {
  const { title, measure, values, note } = part;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return markup`<figure><h3>${title}</h3>${histogramChart(part).element}<figcaption>${measure} of ${formatNumber(values.length)} images: mean ${formatMeasure(mean)}, median ${formatMeasure(median(values))}, lowest ${formatMeasure(Math.min(...values))}</figcaption>${noteBelow(note)}</figure>`;
}

export function histogramsSection(parts: readonly ReportHistogram[]): Markup {
  return markup`<div class="grid-of-two">${parts.map(histogram)}</div>`;
}

export function confusionsSection(parts: readonly ReportConfusion[]): Markup {
  return markup`<div class="grid-of-two">${parts.map((part) => {
    const right = part.counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    const all = part.counts.flat().reduce((sum, count) => sum + count, 0);
    return markup`<figure class="matrix"><h3>${part.title}</h3>${confusionChart(part).element}<figcaption>${formatNumber(right)} of ${formatNumber(all)} right. Percentages are of a row, the images of one true class.</figcaption>${noteBelow(part.note)}</figure>`;
  })}</div>`;
}

function groups(part: ReportSubgroups): Markup {
  const { title, smallest = SMALL_GROUP, note } = part;
  const names = subgroupMeasures(part);
  const isSmall = (count: number): boolean => count < smallest;
  const rows = part.groups.map(({ attribute, name, count, measures }, i) => {
    const isFirst = part.groups[i - 1]?.attribute !== attribute;
    return markup`
<tr${attribute === 'all' && markup` class="total"`}${isFirst && i > 0 && markup` class="first"`}><td class="soft">${isFirst && attribute !== 'all' && inWords(attribute)}</td><th scope="row">${inWords(name)}${isSmall(count) && markup` <span class="tag">few</span>`}</th><td class="number">${formatNumber(count)}</td>${names.map(
      (measure) =>
        markup`<td class="measured"><svg class="chart mark" viewBox="0 0 120 16" aria-hidden="true">${intervalMark(measures[measure], 120, isSmall(count))}</svg><span class="number">${formatInterval(measures[measure])}</span></td>`,
    )}</tr>`;
  });
  return markup`<div><div class="scroll"><table class="groups"><caption>${title}</caption>
<thead><tr><th scope="col">By</th><th scope="col">Group</th><th scope="col" class="number">Images</th>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>
<p class="note">Each line runs from 0 to 1; brackets hold 95 % of bootstrap samples. ${part.groups.some(({ count }) => isSmall(count)) && `“Few” and hollow: fewer than ${smallest} images, which show little. `}— is undefined: a class is missing from the group.</p>${noteBelow(note)}</div>`;
}

export function subgroupsSection(parts: readonly ReportSubgroups[]): Markup {
  return markup`${parts.map(groups)}`;
}
