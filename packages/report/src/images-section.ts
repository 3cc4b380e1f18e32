/** The section of a report with a row an image: pictures, indexes, measures; the worst first. Leans on the markup and the colours. */
import { DERMOSCOPIC_FEATURES, inWords, LESION_CLASSES, type LesionClass } from '@lesion/core';
import { cssColour, FEATURE_COLOURS, OUTLINE_COLOURS } from './colours.js';
import { formatMeasure } from './format.js';
import { type Markup, markup, trusted } from './markup.js';
import { type PaletteName, paletteTable } from './palettes.js';
import { assertPicture, type ReportPicture } from './picture.js';
import type { ReportImage, ReportOrder } from './report-data.js';
import { bar } from './run-sections.js';

/** The measures that any image has, in the order in which they first appear. */
function measureNames(images: readonly ReportImage[]): string[] {
  return [...new Set(images.flatMap(({ measures }) => Object.keys(measures ?? {})))];
}

const finite = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** The images with the worst first; those without the measure come last, equals keep their order. */
export function worstFirst(images: readonly ReportImage[], order: ReportOrder | undefined): ReportImage[] {
  if (order === undefined) return [...images];
  const sign = order.worst === 'highest' ? -1 : 1;
  return [...images].sort((a, b) => {
    const first = finite(a.measures?.[order.measure]);
    const second = finite(b.measures?.[order.measure]);
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  });
}

/** Stands where a picture is not shown yet: one transparent pixel. */
const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';

/** Where a picture is shown large. */
export const PICTURE_DIALOG: Markup = markup`<dialog aria-label="Enlarged picture"><form method="dialog"><img src="${NOTHING}" alt=""><p><span></span><button autofocus>Close</button></p></form></dialog>`;

/** The pictures of a row in their order; the page's script puts them in place when the row comes into view. */
class PictureList {
  readonly sources: string[] = [];

  figure(picture: ReportPicture | undefined, caption: string, where: string): Markup | undefined {
    if (picture === undefined) return undefined;
    assertPicture(picture, where);
    const { source, width, height, description } = picture;
    this.sources.push(source);
    return markup`<figure><button type="button" class="picture" title="Enlarge" style="aspect-ratio:${width}/${height}"><img src="${NOTHING}" alt="${description}" decoding="async"></button><figcaption>${caption}</figcaption></figure>`;
  }
}

function strip({ id, pictures, featureCounts }: ReportImage, list: PictureList): Markup {
  const where = `images ${id}`;
  const counted = DERMOSCOPIC_FEATURES.filter((name) => (featureCounts?.[name] ?? 0) > 0).map(
    (name) => `${inWords(name)} ${featureCounts![name]}`,
  );
  const features =
    featureCounts === undefined
      ? 'features'
      : `features: ${counted.length === 0 ? 'none' : counted.join(', ')}`;
  return markup`<div class="pictures">${list.figure(pictures.outline, 'outline', `${where} outline`)}${list.figure(pictures.distanceMap, 'distance map', `${where} distanceMap`)}${LESION_CLASSES.map(
    (name) =>
      list.figure(
        pictures.refinedMaps?.[name],
        `refined map, ${inWords(name)}`,
        `${where} refinedMaps.${name}`,
      ),
  )}${list.figure(pictures.superpixels, 'superpixels', `${where} superpixels`)}${list.figure(pictures.features, features, `${where} features`)}</div>`;
}

function indexList({ indexes, probabilities, truth }: ReportImage): Markup | undefined {
  const values = probabilities ?? indexes;
  if (values === undefined) return undefined;
  const present = LESION_CLASSES.filter((name) => values[name] !== undefined);
  const highest = Math.max(...present.map((name) => finite(values[name]) ?? Number.NEGATIVE_INFINITY));
  const both = indexes !== undefined && probabilities !== undefined;
  const head = both
    ? markup`<div class="head" aria-hidden="true"><dt></dt><dd>index</dd><dd>probability</dd></div>`
    : undefined;
  return markup`<dl class="indexes${both ? ' both' : ''}">${head}${present.map((name) => {
    const value = values[name]!;
    const strong = value === highest;
    const spoken = both && markup`<span class="spoken">index </span>`;
    return markup`<div${strong && markup` class="highest"`}><dt>${inWords(name)}${name === truth && markup` <span class="tag">truth</span>`}</dt>${both && markup`<dd>${spoken}${formatMeasure(indexes[name])}</dd>`}<dd>${both && markup`<span class="spoken">probability </span>`}${formatMeasure(value)}</dd><dd class="share">${bar(value, strong)}</dd></div>`;
  })}</dl>`;
}

interface SortButton {
  label: string;
  name: string;
  column: number;
  first: 'ascending' | 'descending';
  order?: 'ascending' | 'descending' | undefined;
}

function sortButton({ label, name, column, first, order }: SortButton): Markup {
  return markup`<button type="button" class="sort" data-column="${column}" data-first="${first}" data-name="${name}" aria-label="Sort by ${name}"${order && markup` data-order="${order}"`}>${label}</button>`;
}

/** A line on the colour of skin, as it shows on the images: pure blue would drown in a dark page. */
function line(colour: string): Markup {
  return markup`<svg viewBox="0 0 32 16" aria-hidden="true"><rect width="32" height="16" fill="#e3c4a8"/><line x1="0" x2="32" y1="8" y2="8" stroke="${colour}" stroke-width="5"/></svg>`;
}

function legend(images: readonly ReportImage[], palette: PaletteName): Markup {
  const has = (test: (image: ReportImage) => unknown): boolean => images.some(test);
  const table = paletteTable(palette);
  const stops = Array.from({ length: 9 }, (_, i) => {
    const at = Math.round((i / 8) * 255) * 3;
    return markup`<stop offset="${i / 8}" stop-color="${cssColour([table[at]!, table[at + 1]!, table[at + 2]!])}"/>`;
  });
  return markup`<ul class="legend">${
    has(({ pictures }) => pictures.outline) &&
    markup`<li>${line(cssColour(OUTLINE_COLOURS.result))}result</li><li>${line(cssColour(OUTLINE_COLOURS.truth))}truth, where known</li>`
  }${
    has(({ pictures }) => pictures.distanceMap || pictures.refinedMaps) &&
    markup`<li>maps: 0<svg class="scale" viewBox="0 0 96 16" preserveAspectRatio="none" aria-hidden="true"><linearGradient id="map-scale">${stops}</linearGradient><rect width="96" height="16" fill="url(#map-scale)"/></svg>1</li>`
  }${
    has(({ pictures }) => pictures.features) &&
    DERMOSCOPIC_FEATURES.map(
      (name) =>
        markup`<li><svg viewBox="0 0 32 16" aria-hidden="true"><rect width="32" height="16" fill="${cssColour(FEATURE_COLOURS[name])}"/></svg>${inWords(name)}</li>`,
    )
  }</ul>`;
}

/** Which measure orders the images: what was asked for, else JA where there is one. */
export function orderOf(
  images: readonly ReportImage[],
  asked: ReportOrder | undefined,
): ReportOrder | undefined {
  if (asked !== undefined) return asked;
  return images.some(({ measures }) => finite(measures?.['JA']) !== null) ? { measure: 'JA' } : undefined;
}

export function imagesSection(
  images: readonly ReportImage[],
  options: { order: ReportOrder | undefined; palette: PaletteName },
): { content: Markup; pictures: string[][] } {
  const order = orderOf(images, options.order);
  const direction = order?.worst === 'highest' ? 'descending' : 'ascending';
  const measures = measureNames(images);
  const isCalibrated = images.some(({ probabilities }) => probabilities !== undefined);
  const scoreOf = (image: ReportImage, name: LesionClass): number | null =>
    finite((image.probabilities ?? image.indexes)?.[name]);
  const classes = LESION_CLASSES.filter((name) => images.some((image) => scoreOf(image, name) !== null));
  const truths = LESION_CLASSES.filter((name) => images.some(({ truth }) => truth === name));
  const pictures: string[][] = [];
  const rows = worstFirst(images, order).map((image, i) => {
    const list = new PictureList();
    pictures.push(list.sources);
    const values = [
      image.id,
      ...classes.map((name) => scoreOf(image, name)),
      ...measures.map((name) => finite(image.measures?.[name])),
    ];
    return markup`
<tr role="row" data-row="${i}" data-truth="${image.truth ?? ''}" data-values="${JSON.stringify(values)}"><th role="rowheader" scope="row" class="identity"><b>${image.id}</b>${image.truth && markup`<span class="soft">truth: ${inWords(image.truth)}</span>`}${image.note && markup`<p class="note">${image.note}</p>`}</th>
<td role="cell" class="strip">${strip(image, list)}</td>${
      classes.length > 0 &&
      markup`
<td role="cell" class="index-cell">${indexList(image)}</td>`
    }${measures.map(
      (name) =>
        markup`<td role="cell" class="number" data-name="${name}">${formatMeasure(image.measures?.[name])}</td>`,
    )}</tr>`;
  });
  const score = isCalibrated ? 'probability' : 'index';
  // Widths of the columns: identity, pictures, indexes, one a measure.
  const columns = [
    'minmax(8.5rem, 11rem)',
    'minmax(18rem, 1fr)',
    ...(classes.length > 0 ? [isCalibrated ? '17rem' : '14rem'] : []),
    ...measures.map(() => '5rem'),
  ].join(' ');
  return {
    content: markup`${legend(images, options.palette)}
<p class="soft hint">${order && `Opens with the worst ${order.measure} first. `}A heading sorts the rows, a picture enlarges.</p>
<noscript><p class="warnings">The pictures are shown by this page's own script, which is switched off.</p></noscript>
<div class="filters" role="search" aria-label="Images"><label>Find <input type="search" class="find" placeholder="id, note, diagnosis" autocomplete="off"></label>${
      truths.length > 1 &&
      markup`<label>Truth <select class="truth"><option value="">any</option>${truths.map((name) => markup`<option value="${name}">${inWords(name)}</option>`)}</select></label>`
    }<output class="shown">${images.length} ${images.length === 1 ? 'image' : 'images'}</output></div>
<table class="wide images" role="table" aria-label="Images" style="--columns: ${columns}"><thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">${sortButton({ label: 'Image', name: 'image', column: 0, first: 'ascending' })}</th><th role="columnheader" scope="col" class="plain">Pictures</th>${
      classes.length > 0 &&
      markup`<th role="columnheader" scope="col">${isCalibrated ? 'Index and probability' : 'Index'} <span class="sorts">${classes.map(
        (name, i) =>
          sortButton({
            label: inWords(name),
            name: `${score} of ${inWords(name)}`,
            column: 1 + i,
            first: 'descending',
          }),
      )}</span></th>`
    }${measures.map((name, i) => {
      const sorted = name === order?.measure ? direction : undefined;
      return markup`<th role="columnheader" scope="col" class="number"${sorted && markup` aria-sort="${sorted}"`}>${sortButton({ label: name, name, column: 1 + classes.length + i, first: 'ascending', order: sorted })}</th>`;
    })}
</tr></thead><tbody role="rowgroup">${rows}
</tbody></table>
<p class="status" role="status"></p>
${PICTURE_DIALOG}`,
    pictures,
  };
}

/**
 * The bytes of the pictures, behind everything else: the page is read and drawn before they come. A block of data a
 * row, that holds nothing but checked data URIs.
 */
export function pictureData(pictures: readonly (readonly string[])[]): Markup {
  return markup`${pictures.map(
    (sources, i) =>
      sources.length > 0 &&
      trusted(`<script type="application/json" id="pictures-${i}">${JSON.stringify(sources)}</script>\n`),
  )}`;
}
