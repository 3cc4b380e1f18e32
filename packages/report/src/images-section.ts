/** The section of a report with a row an image: pictures, indexes, measures; the worst first. Leans on the markup and the colours. */
import { DERMOSCOPIC_FEATURES, LESION_CLASSES } from '@lesion/core';
import { cssColour, FEATURE_COLOURS, OUTLINE_COLOURS } from './colours.js';
import { formatMeasure, readable } from './format.js';
import { type Markup, markup } from './markup.js';
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

function figure(picture: ReportPicture | undefined, caption: string, where: string): Markup | undefined {
  if (picture === undefined) return undefined;
  assertPicture(picture, where);
  const { source, width, height, description } = picture;
  return markup`<figure><button type="button" class="picture" title="Enlarge"><img src="${source}" width="${width}" height="${height}" alt="${description}"></button><figcaption>${caption}</figcaption></figure>`;
}

function strip({ id, pictures, featureCounts }: ReportImage): Markup {
  const where = `images ${id}`;
  const counted = DERMOSCOPIC_FEATURES.filter((name) => (featureCounts?.[name] ?? 0) > 0).map(
    (name) => `${readable(name)} ${featureCounts![name]}`,
  );
  const features =
    featureCounts === undefined
      ? 'features'
      : `features: ${counted.length === 0 ? 'none' : counted.join(', ')}`;
  return markup`<div class="pictures">${figure(pictures.outline, 'outline', `${where} outline`)}${figure(pictures.distanceMap, 'distance map', `${where} distanceMap`)}${LESION_CLASSES.map(
    (name) =>
      figure(pictures.refinedMaps?.[name], `refined map, ${readable(name)}`, `${where} refinedMaps.${name}`),
  )}${figure(pictures.superpixels, 'superpixels', `${where} superpixels`)}${figure(pictures.features, features, `${where} features`)}</div>`;
}

function indexList(indexes: ReportImage['indexes']): Markup | undefined {
  if (indexes === undefined) return undefined;
  const present = LESION_CLASSES.filter((name) => indexes[name] !== undefined);
  const highest = Math.max(...present.map((name) => finite(indexes[name]) ?? Number.NEGATIVE_INFINITY));
  return markup`<dl class="indexes">${present.map((name) => {
    const value = indexes[name]!;
    const strong = value === highest;
    return markup`<div${strong && markup` class="highest"`}><dt>${readable(name)}</dt><dd>${formatMeasure(value)}</dd>${bar(value, strong)}</div>`;
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
        markup`<li><svg viewBox="0 0 32 16" aria-hidden="true"><rect width="32" height="16" fill="${cssColour(FEATURE_COLOURS[name])}"/></svg>${readable(name)}</li>`,
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
): Markup {
  const order = orderOf(images, options.order);
  const direction = order?.worst === 'highest' ? 'descending' : 'ascending';
  const measures = measureNames(images);
  const classes = LESION_CLASSES.filter((name) =>
    images.some(({ indexes }) => indexes?.[name] !== undefined),
  );
  const rows = worstFirst(images, order).map((image) => {
    const values = [
      image.id,
      ...classes.map((name) => finite(image.indexes?.[name])),
      ...measures.map((name) => finite(image.measures?.[name])),
    ];
    return markup`
<tr role="row" data-values="${JSON.stringify(values)}"><th role="rowheader" scope="row" class="identity"><b>${image.id}</b>${image.truth && markup`<span class="soft">truth: ${readable(image.truth)}</span>`}${image.note && markup`<p class="note">${image.note}</p>`}</th>
<td role="cell" class="strip">${strip(image)}</td>${
      classes.length > 0 &&
      markup`
<td role="cell" class="index-cell">${indexList(image.indexes)}</td>`
    }${measures.map(
      (name) =>
        markup`<td role="cell" class="number" data-name="${name}">${formatMeasure(image.measures?.[name])}</td>`,
    )}</tr>`;
  });
  return markup`${legend(images, options.palette)}
<p class="soft hint">${order && `Opens with the worst ${order.measure} first. `}A heading sorts the rows, a picture enlarges.</p>
<table class="wide images" role="table" aria-label="Images"><thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">${sortButton({ label: 'Image', name: 'image', column: 0, first: 'ascending' })}</th><th role="columnheader" scope="col" class="plain">Pictures</th>${
    classes.length > 0 &&
    markup`<th role="columnheader" scope="col">Index <span class="sorts">${classes.map((name, i) =>
      sortButton({
        label: readable(name),
        name: `index of ${readable(name)}`,
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
<dialog aria-label="Enlarged picture"><form method="dialog"><img src="data:," alt=""><p><span></span><button autofocus>Close</button></p></form></dialog>`;
}
