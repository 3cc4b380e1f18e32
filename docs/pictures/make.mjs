// Draws the pictures of the READMEs and guides, from synthetic images and the pretrained models alone:
//
//   node docs/pictures/make.mjs [NAME…]
//
// Photographs of the challenge are never committed; whoever has them makes the paper's figures by `lesion reproduce`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createScalarMap, DERMOSCOPIC_FEATURES, LESION_CLASSES, PATCH_CLASSES } from '@lesion/core';
import { FCRN_STAGES } from '@lesion/fcrn';
import { drawSyntheticLesion } from '@lesion/isic';
import { LFN_WIDTHS } from '@lesion/lfn';
import { distanceMap } from '@lesion/licu';
import {
  confusionCounts,
  precisionRecallCurve,
  reliabilityCurve,
  rocCurve,
  segmentationMetrics,
} from '@lesion/metrics';
import { loadLfn, loadLin } from '@lesion/predict/node';
import { applyAugmentation, centreCrop, decodeImage, planDm, planDr } from '@lesion/preprocess';
import { writeJpeg } from '@lesion/preprocess/node';
import { pretrainedModel } from '@lesion/pretrained';
import {
  drawFeatures,
  drawHeatMap,
  drawOutline,
  drawSuperpixels,
  figureSvg,
  OUTLINE_COLOURS,
  picture,
} from '@lesion/report';
import { renderSvg, writeReport } from '@lesion/report/node';
import { superpixels } from '@lesion/superpixel';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const SIZE = { height: 384, width: 512 };
const WORDS = { melanoma: 'melanoma', seborrheic_keratosis: 'seborrheic keratosis', nevus: 'nevus' };
const FEATURE_WORDS = {
  pigment_network: 'network',
  negative_network: 'negative network',
  milia_like_cyst: 'cysts',
  streaks: 'streaks',
};

/** The models are loaded once, and only for pictures that show what they say. */
const once = (make) => {
  let made;
  return () => (made ??= make());
};
const lin = once(() => loadLin(pretrainedModel('lin').folder));
const lfn = once(() => loadLfn(pretrainedModel('lfn').folder));

const hero = once(() =>
  drawSyntheticLesion({
    diagnosis: 'melanoma',
    features: ['pigment_network', 'streaks'],
    seed: 12,
    size: SIZE,
  }),
);
const heroPrediction = once(async () => (await lin()).predict(hero().image));

/** Writes a figure as JPEG: what is in it are images, whose noise makes PNG files large. */
async function writeFigure(name, figure, scale = 1.5) {
  const image = await decodeImage(renderSvg(figureSvg(figure), { scale }));
  await writeJpeg(here(`${name}.jpg`), image, { quality: 84 });
}

/** One channel of class maps or refined maps. */
function channelOf(maps, channel) {
  const [height, width, channels] = maps.shape;
  const values = Float32Array.from({ length: height * width }, (_, i) => maps.data[i * channels + channel]);
  return createScalarMap({ height, width }, values);
}

const featuresOf = (lesion, { labels, count }) =>
  Object.fromEntries(
    DERMOSCOPIC_FEATURES.map((name) => {
      const [inside, area] = [new Float32Array(count), new Float32Array(count)];
      labels.data.forEach((label, i) => {
        area[label] += 1;
        inside[label] += lesion.featureMasks[name].data[i];
      });
      return [name, inside.map((sum, label) => (sum > area[label] / 2 ? 1 : 0))];
    }),
  );

const PICTURES = {
  async overview() {
    const { mask } = await heroPrediction();
    const found = superpixels(hero().image);
    const { features } = await (await lfn()).predict(hero().image, found.labels);
    await writeFigure('overview', {
      title: 'A drawn lesion, as the pretrained models see it',
      panels: [
        { image: drawOutline(hero().image, mask), caption: 'outline' },
        { image: drawHeatMap(distanceMap(mask)), caption: 'distance map' },
        { image: drawSuperpixels(hero().image, found.labels), caption: `${found.count} superpixels` },
        { image: drawFeatures(hero().image, found.labels, features), caption: 'features' },
      ],
      notes: [
        'Features: pigment network (blue), milia-like cysts (green). It misses the streaks that were drawn at the rim.',
      ],
      panelWidth: 260,
    });
  },

  async 'segment-outline'() {
    const { image } = drawSyntheticLesion({ diagnosis: 'nevus', seed: 7 });
    const { mask } = await (await lin()).predict(image);
    await writeJpeg(here('segment-outline.jpg'), drawOutline(image, mask), { quality: 88 });
  },

  async superpixels() {
    const { image } = drawSyntheticLesion({
      diagnosis: 'melanoma',
      features: ['streaks'],
      seed: 5,
      size: SIZE,
    });
    await writeFigure('superpixels', {
      title: 'About 300 superpixels by each preset',
      panels: ['isic2017', 'scikit-image', 'epfl'].map((preset) => {
        const { labels, count } = superpixels(image, { preset, count: 300 });
        return { image: drawSuperpixels(image, labels), caption: `${preset}: ${count}` };
      }),
      panelWidth: 280,
    });
  },

  async licu() {
    const { classMaps, mask, distanceMap: distances, refinedMaps, indexes } = await heroPrediction();
    const maximum = classMaps.data.reduce((most, value) => Math.max(most, value), 0);
    await writeFigure('licu', {
      title: 'From class maps to an index, here for melanoma',
      panels: [
        { image: hero().image, caption: 'image' },
        { image: drawHeatMap(channelOf(classMaps, 1), { maximum }), caption: 'class map: melanoma' },
        { image: drawOutline(hero().image, mask), caption: 'mask' },
        { image: drawHeatMap(distances), caption: 'distance map' },
        {
          image: drawHeatMap(channelOf(refinedMaps, 0)),
          caption: `refined map: index ${indexes.melanoma.toFixed(2)}`,
        },
      ],
      columns: 5,
      panelWidth: 220,
    });
  },

  async preprocess() {
    const { image } = drawSyntheticLesion({ diagnosis: 'melanoma', seed: 12, size: SIZE });
    const dr = planDr([{ id: 'a', diagnosis: 'melanoma' }]);
    const dm = planDm(dr, { seed: 1 });
    const shown = [0, 3, 7];
    await writeFigure('preprocess', {
      title: 'A sample of DR is a turned crop; its twin in DM is mirrored',
      panels: [
        { image: centreCrop(image), caption: 'centre crop' },
        ...shown.map((i) => ({ image: applyAugmentation(image, dr[i]), caption: `DR: ${dr[i].degrees}°` })),
        ...shown.map((i) => ({
          image: applyAugmentation(image, dm[i]),
          caption: `DM: along ${dm[i].mirror}`,
        })),
      ],
      columns: 7,
      panelWidth: 150,
    });
  },

  async isic() {
    const panels = LESION_CLASSES.flatMap((diagnosis, i) =>
      [2 * i + 1, 2 * i + 2].map((seed) => {
        const lesion = drawSyntheticLesion({ diagnosis, seed, size: { height: 240, width: 320 } });
        const features = lesion.description.features.map((name) => FEATURE_WORDS[name]).join(', ');
        const image = drawOutline(lesion.image, lesion.mask, { colour: OUTLINE_COLOURS.truth });
        return { image, caption: features === '' ? WORDS[diagnosis] : `${WORDS[diagnosis]}: ${features}` };
      }),
    );
    await writeFigure('isic', {
      title: 'Drawn dermoscopy with its truth',
      panels,
      columns: 3,
      panelWidth: 330,
    });
  },

  async pretrained() {
    const panels = [];
    for (const [diagnosis, seed] of [
      ['melanoma', 12],
      ['seborrheic_keratosis', 4],
      ['nevus', 7],
    ]) {
      const { image } = drawSyntheticLesion({ diagnosis, seed, size: SIZE, artefacts: false });
      const { mask, probabilities } = await (await lin()).predict(image);
      const said = LESION_CLASSES.map((name) => probabilities[name].toFixed(2)).join(' / ');
      panels.push({ image: drawOutline(image, mask), caption: `${WORDS[diagnosis]}: ${said}` });
    }
    await writeFigure('pretrained', {
      title: 'The pretrained LIN on drawn lesions',
      panels,
      notes: [
        'Below each: what was drawn, and the probabilities of melanoma / seborrheic keratosis / nevus.',
      ],
      panelWidth: 330,
    });
  },

  async metrics() {
    // Scores of two overlapping groups.
    const labels = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const scores = labels.map(
      (label, i) => Math.round(10 * (0.35 + 0.3 * label + 0.35 * Math.sin(7 * i))) / 10,
    );
    const roc = rocCurve(labels, scores);
    const { precision, recall } = precisionRecallCurve(labels, scores);
    const bins = reliabilityCurve(
      labels,
      scores.map((score) => Math.min(1, Math.max(0, score))),
      { bins: 5 },
    );
    const panels = [
      {
        chart: {
          description: 'ROC curve',
          horizontal: '1 - specificity',
          vertical: 'sensitivity',
          series: [
            { name: 'ROC', at: [...roc.falsePositiveRate], values: [...roc.truePositiveRate] },
            { name: 'chance', at: [0, 1], values: [0, 1] },
          ],
        },
        caption: 'task 2 and 3: AUC',
      },
      {
        chart: {
          description: 'precision-recall curve',
          horizontal: 'recall',
          vertical: 'precision',
          series: [{ name: 'precision', at: [...recall], values: [...precision] }],
        },
        caption: 'AP: its area, by trapezoids or steps',
      },
      {
        chart: {
          description: 'reliability',
          horizontal: 'score',
          vertical: 'share of positives',
          series: [
            {
              name: 'found',
              at: bins.map(({ meanScore }) => meanScore),
              values: bins.map(({ positiveShare }) => positiveShare),
            },
            { name: 'calibrated', at: [0, 1], values: [0, 1] },
          ],
        },
        caption: 'calibration',
      },
    ];
    await writeFile(
      here('metrics.svg'),
      figureSvg({ title: 'Sixty scores, three curves', panels, columns: 3, panelWidth: 330 }),
    );
  },

  async fcrn() {
    const widths = FCRN_STAGES[88];
    const boxes = [
      { name: 'image', text: ['h x w x 3'], stride: 1 },
      { name: 'conv1', text: ['7x7, 64', 'pool'], stride: 4 },
      ...widths.map(({ block, count, width }, i) => ({
        name: `conv${i + 2}_x`,
        text: [
          `${count} x ${block === 'bottleneck' ? 'bottleneck' : 'RiR'}`,
          `${width}-${width}-${4 * width}`,
        ],
        stride: [4, 8, 16, 32][i],
      })),
    ];
    await writeFile(here('fcrn.svg'), drawFcrn(boxes));
  },

  async lfn() {
    await writeFile(here('lfn.svg'), drawLfn(LFN_WIDTHS.standard));
  },

  async report() {
    const { chromium } = await import('playwright-core');
    const folder = await mkdtemp(join(tmpdir(), 'lesion-picture-'));
    const images = [];
    for (const [diagnosis, seed] of [
      ['melanoma', 12],
      ['melanoma', 3],
      ['nevus', 7],
      ['seborrheic_keratosis', 4],
    ]) {
      const lesion = drawSyntheticLesion({ diagnosis, seed, size: SIZE });
      const { mask } = await (await lin()).predict(lesion.image);
      const both = drawOutline(
        drawOutline(lesion.image, lesion.mask, { colour: OUTLINE_COLOURS.truth }),
        mask,
      );
      const { JA, DI } = segmentationMetrics(confusionCounts(lesion.mask, mask));
      images.push({
        id: `${WORDS[diagnosis]} ${seed}`,
        pictures: {
          outline: picture(both, { description: 'outline' }),
          distanceMap: picture(drawHeatMap(distanceMap(mask)), { description: 'distance map' }),
        },
        measures: { JA, DI },
      });
    }
    const path = join(folder, 'report.html');
    const mean = (name) => images.reduce((sum, { measures }) => sum + measures[name], 0) / images.length;
    await writeReport(path, {
      title: 'Four drawn lesions',
      scores: [
        { task: 1, protocol: 'isic2017', count: images.length, metrics: { JA: mean('JA'), DI: mean('DI') } },
      ],
      images,
    });
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    const page = await browser.newPage({ viewport: { width: 900, height: 1080 } });
    await page.goto(pathToFileURL(path).href);
    await page.waitForTimeout(500);
    await page.screenshot({ path: here('report.jpg'), quality: 80 });
    await browser.close();
    await rm(folder, { recursive: true });
  },

  // The paper's figures, on drawn lesions.
  async 'figure-3'() {
    const panels = [];
    for (const [diagnosis, seed] of [
      ['melanoma', 12],
      ['seborrheic_keratosis', 4],
      ['nevus', 7],
    ]) {
      const { image } = drawSyntheticLesion({ diagnosis, seed, size: SIZE });
      const { mask } = await (await lin()).predict(image);
      panels.push(
        { image: drawOutline(image, mask), caption: WORDS[diagnosis] },
        { image: drawHeatMap(distanceMap(mask)), caption: 'distance map, 0 to 1' },
        {
          image: drawHeatMap(distanceMap(mask, { levels: 7 })),
          caption: 'in 7 steps, as the paper draws it',
        },
      );
    }
    await writeFigure('figure-3', {
      title: 'Fig. 3. Outlines and distance maps, on drawn lesions',
      panels,
      columns: 3,
      panelWidth: 260,
    });
  },

  async 'figure-4'() {
    const { image } = hero();
    const { labels, count } = superpixels(image);
    const features = featuresOf(hero(), { labels, count });
    await writeFigure('figure-4', {
      title: 'Fig. 4. Superpixels, on a drawn lesion',
      panels: [
        { image, caption: '(a) image' },
        {
          image: drawSuperpixels(image, labels, { colour: [0, 0, 0], alpha: 1 }),
          caption: `(b) ${count} superpixels`,
        },
        { image: drawFeatures(image, labels, features), caption: '(c) those that carry a feature' },
      ],
      panelWidth: 330,
    });
  },

  async 'figure-8'() {
    const panels = [];
    const shown = [
      ['melanoma', 12],
      ['melanoma', 3],
      ['melanoma', 9],
      ['melanoma', 21],
      ['seborrheic_keratosis', 4],
      ['seborrheic_keratosis', 8],
      ['nevus', 7],
      ['nevus', 2],
    ];
    for (const [i, [diagnosis, seed]] of shown.entries()) {
      const { image, mask: truth } = drawSyntheticLesion({ diagnosis, seed, size: SIZE });
      const { mask } = await (await lin()).predict(image);
      const { JA } = segmentationMetrics(confusionCounts(truth, mask));
      const outlined = drawOutline(image, truth, { colour: OUTLINE_COLOURS.truth });
      panels.push({
        image: drawOutline(outlined, mask),
        caption: `(${String.fromCharCode(97 + i)}) ${WORDS[diagnosis]}, JA ${JA.toFixed(3)}`,
      });
    }
    await writeFigure('figure-8', {
      title: 'Fig. 8. Result blue, truth red, on drawn lesions',
      panels,
      columns: 4,
      panelWidth: 240,
    });
  },
};

const STYLE = `text { font: 13px sans-serif; fill: #1c1c1c; text-anchor: middle } .name { font-weight: bold }
  .note { font-size: 11px; fill: #555 } path { fill: none; stroke: #555; stroke-width: 1.4 }`;
const svg = (width, height, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><style>${STYLE}</style><rect width="100%" height="100%" fill="#fff"/>${body}</svg>\n`;

function box(x, y, width, height, lines, fill) {
  const top = y + height / 2 - (lines.length - 1) * 8 + 4;
  const texts = lines.map(
    (line, i) =>
      `<text x="${x + width / 2}" y="${top + 16 * i}"${i === 0 ? ' class="name"' : ''}>${line}</text>`,
  );
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="${fill}" stroke="#555"/>${texts.join('')}`;
}
const arrow = (...points) =>
  `<path d="M${points.map((point) => point.join(' ')).join('L')}" marker-end="url(#tip)"/>`;
const TIP =
  '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#555;stroke:none"/></marker></defs>';

/** FCRN-88: stages above, and below them the scores that three of them give, enlarged and added. */
function drawFcrn(stages) {
  const [width, gap] = [118, 26];
  const at = (i) => 16 + i * (width + gap);
  let body = TIP;
  stages.forEach(({ name, text, stride }, i) => {
    body += box(at(i), 20, width, 78, [name, ...text], i === 0 ? '#f2f2f2' : '#dcebf7');
    body += `<text class="note" x="${at(i) + width / 2}" y="114">${stride === 1 ? 'full size' : `1/${stride} of it`}</text>`;
    if (i > 0) body += arrow([at(i) - gap, 59], [at(i) - 1, 59]);
  });
  const scores = [5, 4, 3];
  scores.forEach((stage, row) => {
    const x = at(stage);
    body += arrow([x + width / 2, 120], [x + width / 2, 149]);
    body += box(
      x,
      150,
      width,
      44,
      ['1x1, 4 classes', row === 0 ? '' : 'a skip score'].filter(Boolean),
      '#fde9d4',
    );
    if (row > 0) body += arrow([at(stage + 1), 172], [x + width + 1, 172]);
  });
  body += `<text class="note" x="${at(5) - gap / 2}" y="212">x2, added</text><text class="note" x="${at(4) - gap / 2}" y="212">x2, added</text>`;
  body += arrow([at(3), 172], [at(2) + width + 1, 172]);
  body += box(at(2), 150, width, 44, ['enlarged x8', 'by deconvolution'], '#fde9d4');
  body += arrow([at(2), 172], [at(1) + width + 1, 172]);
  body += box(at(0), 150, at(1) + width - at(0), 44, ['class maps', 'h x w x 4, softmax'], '#e1f2dc');
  const rir = 'RiR, residual in residual: two bottlenecks of these widths under one shortcut';
  body += `<text class="note" style="text-anchor:start" x="${at(0)}" y="222">${rir}</text>`;
  return svg(at(6) - gap + 16, 232, body);
}

/** LFN: four stages of three convolutions, and two dense layers. */
function drawLfn(widths) {
  const [width, gap] = [112, 24];
  const at = (i) => 16 + i * (width + gap);
  const sides = [56, 28, 14, 7];
  let body = TIP + box(at(0), 20, width, 92, ['patch', '56 x 56 x 3'], '#f2f2f2');
  widths.forEach((channels, i) => {
    body += arrow([at(i + 1) - gap, 66], [at(i + 1) - 1, 66]);
    body += box(
      at(i + 1),
      20,
      width,
      92,
      [`${sides[i]} x ${sides[i]} x ${channels}`, '3x3', '1x1', '3x3'],
      '#dcebf7',
    );
    body += `<text class="note" x="${at(i + 1) + width / 2}" y="130">${i < 3 ? 'max pool 2x2' : 'mean of 7x7'}</text>`;
  });
  body +=
    arrow([at(5) - gap, 66], [at(5) - 1, 66]) + box(at(5), 20, width, 92, ['dense 512', 'ReLU'], '#fde9d4');
  body += arrow([at(6) - gap, 66], [at(6) - 1, 66]);
  body += box(at(6), 20, width + 30, 92, ['softmax of 5', ...['B, PN, NN,', 'MC, S']], '#e1f2dc');
  body += `<text class="note" x="${at(6) + width / 2}" y="130">${PATCH_CLASSES.length} classes of a patch</text>`;
  return svg(at(7) + 30, 144, body);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PICTURES));
if (unknown.length > 0)
  throw new Error(`no picture ${unknown.join(', ')}; there are ${Object.keys(PICTURES).join(', ')}`);
for (const [name, make] of Object.entries(PICTURES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await make();
  process.stdout.write(`${name}\n`);
}
process.exit(); // the models' threads would wait for more
