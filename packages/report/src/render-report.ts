/** A run as one self-contained HTML page; leans on the sections. */
import { invalidArgument, resolveOptions } from '@lesion/core';
import { cardsSection } from './cards-section.js';
import {
  confusionsSection,
  histogramsSection,
  rankingsSection,
  reliabilitySection,
  subgroupsSection,
} from './charts-section.js';
import { comparisonsSection, figuresSection } from './comparison-section.js';
import { imagesSection, PICTURE_DIALOG, pictureData } from './images-section.js';
import { type Markup, markup, trusted } from './markup.js';
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import type { ReportData } from './report-data.js';
import { dataSection, factList, lossesSection, modelsSection, stepsSection } from './run-sections.js';
import { scoresSection } from './scores-section.js';

/** Nothing may be fetched, no script but our own may run: a second lock behind the escaping. */
const POLICY = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${PAGE_SCRIPT_HASH}'; form-action 'none'; base-uri 'none'`;

interface Section {
  id: string;
  title: string;
  content: Markup;
}

const some = <T>(list: readonly T[] | undefined): list is readonly T[] =>
  list !== undefined && list.length > 0;

/**
 * Renders a run as one HTML file that needs nothing else: no network, no other file. It holds whatever parts of
 * the data are given, shows the worst images first, and reads in light and dark, on a narrow screen, on paper,
 * by keyboard and with any colour vision. All text of the data is escaped.
 *
 * @returns The whole page; the same data gives the same page.
 * @throws LesionError `INVALID_ARGUMENT` if there is no title, a part is unknown or a picture's bytes are not in it.
 * @example
 * ```ts
 * renderReport({
 *   title: 'LIN on the validation split',
 *   steps: [{ name: 'predict', seconds: 83, detail: '148 images' }],
 *   scores: [{ task: 1, protocol: 'isic2017', count: 148, metrics: { JA: 0.751 } }],
 * });
 * ```
 */
export function renderReport(run: ReportData): string {
  const data = resolveOptions(
    run,
    {
      title: undefined,
      summary: undefined,
      command: undefined,
      seed: undefined,
      engine: undefined,
      startedAt: undefined,
      environment: undefined,
      steps: undefined,
      warnings: undefined,
      data: undefined,
      losses: undefined,
      scores: undefined,
      images: undefined,
      order: undefined,
      palette: undefined,
      models: undefined,
      protocol: undefined,
      fingerprint: undefined,
      comparisons: undefined,
      figures: undefined,
      rankings: undefined,
      reliability: undefined,
      histograms: undefined,
      confusions: undefined,
      subgroups: undefined,
      cards: undefined,
    },
    'renderReport',
  );
  const { title, summary, command, seed, engine, startedAt, environment, steps, warnings } = data;
  if (typeof title !== 'string' || title.trim() === '') {
    throw invalidArgument({ what: 'a report needs a title', where: 'title' });
  }

  const facts: [string, string | number | null][] = [];
  if (data.protocol !== undefined) facts.push(['Protocol', data.protocol]);
  if (data.fingerprint !== undefined) facts.push(['Fingerprint of the data', data.fingerprint]);
  if (startedAt !== undefined) facts.push(['Started', startedAt]);
  if (engine !== undefined) facts.push(['Engine', engine]);
  // A seed is a name, not a quantity: never grouped by thousands.
  if (seed !== undefined) facts.push(['Seed', String(seed)]);
  facts.push(...Object.entries(environment ?? {}));

  const sections: Section[] = [];
  const add = <T>(
    id: string,
    name: string,
    parts: readonly T[] | undefined,
    render: (parts: readonly T[]) => Markup,
  ): void => {
    if (some(parts)) sections.push({ id, title: name, content: render(parts) });
  };
  let pictures: string[][] = [];
  add('scores', 'Scores', data.scores, scoresSection);
  add('comparisons', 'Beside the paper', data.comparisons, comparisonsSection);
  add('figures', 'Figures', data.figures, figuresSection);
  add('histograms', 'Distribution', data.histograms, histogramsSection);
  add('curves', 'ROC and precision-recall', data.rankings, rankingsSection);
  add('reliability', 'Reliability', data.reliability, reliabilitySection);
  add('confusion', 'Confusion', data.confusions, confusionsSection);
  add('subgroups', 'By subgroup', data.subgroups, subgroupsSection);
  add('losses', 'Loss', data.losses, lossesSection);
  add('images', 'Images', data.images, (images) => {
    const section = imagesSection(images, { order: data.order, palette: data.palette ?? 'viridis' });
    pictures = section.pictures;
    return section.content;
  });
  add('steps', 'What was done', steps, stepsSection);
  add('data', 'Data', data.data, dataSection);
  add('models', 'Models', data.models, modelsSection);
  add('cards', 'Model cards', data.cards, cardsSection);
  add('made', 'How it was made', facts, factList);

  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>${title}</h1>
${summary && markup`<p class="summary">${summary}</p>`}
${command && markup`<pre><code>${command}</code></pre>`}
${
  some(warnings) &&
  markup`<div class="warnings" role="note"><h2>To know before reading on</h2><ul>${warnings.map((warning) => markup`<li>${warning}</li>`)}</ul></div>`
}
${sections.length > 1 && markup`<nav aria-label="Contents"><ul>${sections.map(({ id, title: name }) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`}
</header>
<main id="main">
${sections.map(
  ({
    id,
    title: name,
    content,
  }) => markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${name}</h2>
${content}
</section>
`,
)}</main>
<footer><p class="soft">For research; not a medical device, not for diagnosis. The method: Y. Li and L. Shen, Skin Lesion Analysis towards Melanoma Detection Using Deep Learning Network, Sensors 2018, 18, 556, https://doi.org/10.3390/s18020556.</p></footer>
${some(data.figures) && !some(data.images) && PICTURE_DIALOG}
<script>${trusted(PAGE_SCRIPT)}</script>
${pictureData(pictures)}</body>
</html>
`.toString();
}
