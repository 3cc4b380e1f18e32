/** The sections of a report with the paper's tables and figures beside ours. Leans on the markup. */
import { invalidArgument } from '@lesion/core';
import { formatInterval, formatNumber } from './format.js';
import { type Markup, markup } from './markup.js';
import { assertPicture } from './picture.js';
import type { ReportComparison, ReportFigure, ReportValue } from './report-data.js';

const shown = (value: ReportValue): string => (typeof value === 'string' ? value : formatNumber(value));

function comparison({
  title,
  reference = 'paper',
  columns,
  rows,
  protocol,
  notes,
}: ReportComparison): Markup {
  for (const { name, cells } of rows) {
    if (cells.length === columns.length) continue;
    throw invalidArgument({
      what: 'a row does not fill the columns',
      where: `comparisons ${title}, ${name}`,
      got: `${cells.length} cells`,
      expected: columns.length,
    });
  }
  const hasSource = rows.some(({ source, note }) => source !== undefined || note !== undefined);
  return markup`<div class="comparison"><div class="scroll"><table><caption>${title}${protocol && markup`<span class="soft">${protocol}</span>`}</caption>
<thead><tr><td rowspan="2"></td>${columns.map((name) => markup`<th scope="colgroup" colspan="2" class="pair">${name}</th>`)}${hasSource && markup`<th scope="col" rowspan="2">Source of ours</th>`}</tr>
<tr>${columns.map(() => markup`<th scope="col" class="number pair">${reference}</th><th scope="col" class="number">ours</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ name, cells, source, note }) => markup`
<tr><th scope="row">${name}</th>${cells.map(
      ({ reference: theirs, ours }) =>
        markup`<td class="number pair soft">${shown(theirs)}</td><td class="number">${typeof ours === 'number' ? formatNumber(ours) : formatInterval(ours)}</td>`,
    )}${hasSource && markup`<td class="source">${source}${note && markup`<span class="interval">${note}</span>`}</td>`}</tr>`,
  )}</tbody></table></div>${notes?.map((note) => markup`<p class="note">${note}</p>`)}</div>`;
}

export function comparisonsSection(parts: readonly ReportComparison[]): Markup {
  return markup`${parts.map(comparison)}`;
}

export function figuresSection(figures: readonly ReportFigure[]): Markup {
  return markup`${figures.map(({ title, picture, note }) => {
    assertPicture(picture, `figures ${title}`);
    const { source, width, height, description } = picture;
    return markup`<figure class="figure"><h3>${title}</h3><button type="button" class="picture" title="Enlarge"><img src="${source}" width="${width}" height="${height}" alt="${description}" decoding="async"></button>${note && markup`<figcaption>${note}</figcaption>`}</figure>`;
  })}`;
}
