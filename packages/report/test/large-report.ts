/** A report of many images, drawn, with every section filled: what the browser tests open. */
import {
  createBinaryMask,
  createLabelMap,
  createRgbImage,
  createScalarMap,
  LESION_CLASSES,
  SeededRandom,
} from '@lesion/core';
import {
  drawFeatures,
  drawHeatMap,
  drawOutline,
  picture,
  type ReportData,
  type ReportImage,
  type ReportPictures,
  rankedClass,
  reliableClass,
  subgroups,
} from '../src/index.js';

const SIZE = { height: 176, width: 235 };
const SMALL = { height: 96, width: 128 };

/** Skin with noise, as photographs have it, and a dark lesion on it, with all that a report shows of it. */
function pictures(random: SeededRandom, id: string): ReportPictures {
  const radius = 35 + 40 * random.next();
  const inside = (y: number, x: number, scale: number): number =>
    1 - Math.hypot(y * scale - SIZE.height / 2, (x * scale - SIZE.width / 2) * 0.8) / radius;
  const image = createRgbImage(SIZE);
  const mask = createBinaryMask(SIZE);
  const labels = createLabelMap(SIZE);
  for (let y = 0; y < SIZE.height; y++) {
    for (let x = 0; x < SIZE.width; x++) {
      const depth = inside(y, x, 1);
      const dark = depth > 0 ? 90 * Math.min(1, depth * 4) : 0;
      const grain = 14 * (random.next() - 0.5) + 14 * Math.sin(x / 5) * Math.cos(y / 7);
      for (const [channel, base] of [215, 170, 150].entries()) {
        image.set(y, x, channel, Math.max(0, Math.min(255, base - dark + grain)));
      }
      mask.set(y, x, depth > 0 ? 1 : 0);
      labels.set(y, x, Math.floor(y / 16) * 15 + Math.floor(x / 16));
    }
  }
  const map = (power: number): ReturnType<typeof createScalarMap> => {
    const values = createScalarMap(SMALL);
    const scale = SIZE.height / SMALL.height;
    for (let y = 0; y < SMALL.height; y++) {
      for (let x = 0; x < SMALL.width; x++) {
        values.set(y, x, Math.max(0, inside(y, x, scale)) ** power);
      }
    }
    return values;
  };
  const features = { streaks: Float32Array.from({ length: 11 * 15 }, () => random.next() * 0.6) };
  const options = { quality: 75, shortSide: 176 };
  return {
    outline: picture(drawOutline(image, mask), { ...options, description: `lesion outline of ${id}` }),
    distanceMap: picture(drawHeatMap(map(1)), { ...options, description: `distance map of ${id}` }),
    refinedMaps: Object.fromEntries(
      LESION_CLASSES.map((name, i) => [
        name,
        picture(drawHeatMap(map(1.5 + i)), { ...options, description: `refined map of ${id}, ${name}` }),
      ]),
    ),
    features: picture(drawFeatures(image, labels, features), {
      ...options,
      description: `features of ${id}`,
    }),
  };
}

/** As many images as asked for; a dozen drawings come again and again. */
export function largeReport(count: number): ReportData {
  const random = new SeededRandom('large report');
  const drawings = Array.from({ length: Math.min(count, 12) }, (_, i) => pictures(random, `drawing ${i}`));
  const images: ReportImage[] = Array.from({ length: count }, (_, i) => {
    const values = LESION_CLASSES.map(() => random.next());
    const byClass = (scale: number) =>
      Object.fromEntries(LESION_CLASSES.map((name, c) => [name, values[c]! * scale]));
    return {
      id: `ISIC_${String(i).padStart(7, '0')}`,
      pictures: drawings[i % drawings.length]!,
      truth: LESION_CLASSES[i % 3]!,
      indexes: byClass(0.8),
      probabilities: byClass(1),
      measures: { JA: random.next(), 'true class': values[i % 3]! },
      featureCounts: { streaks: i % 5 },
      ...(i % 50 === 0 ? { note: 'no lesion was found' } : {}),
    };
  });
  const series = LESION_CLASSES.map((name, c) => ({
    name,
    labels: images.map(({ truth }) => (truth === name ? 1 : 0)),
    scores: images.map(({ truth, probabilities }) =>
      Math.min(1, 0.7 * probabilities![name]! + (truth === name ? 0.2 : 0) + 0.02 * c),
    ),
    replicates: 50,
  }));
  return {
    title: 'Evaluation on drawn images',
    summary: `${count} images, drawn for the tests of this package.`,
    command: 'lesion evaluate --data drawn',
    seed: 7,
    protocol: 'isic2017',
    fingerprint: '3f1c'.repeat(16),
    warnings: ['drawn images say nothing about real lesions'],
    scores: [
      {
        task: 1,
        protocol: 'isic2017',
        count,
        metrics: { JA: { value: 0.5, low: 0.47, high: 0.53 }, DI: { value: 0.6, low: 0.57, high: 0.63 } },
      },
    ],
    comparisons: [
      {
        title: 'Table III. JA of single networks',
        columns: ['JA'],
        rows: [{ name: 'LIN', cells: [{ reference: 0.751, ours: 0.5 }], source: 'run lin' }],
      },
    ],
    histograms: [
      { title: 'Overlap', measure: 'Jaccard index', values: images.map(({ measures }) => measures!['JA']!) },
    ],
    rankings: [{ title: 'Diagnosis', classes: series.map(rankedClass) }],
    reliability: [{ title: 'Diagnosis', classes: series.map(reliableClass) }],
    confusions: [
      {
        title: 'Diagnosis',
        classes: [...LESION_CLASSES],
        counts: [
          [60, 20, 20],
          [10, 80, 10],
          [5, 15, 80],
        ],
      },
    ],
    subgroups: [
      {
        title: 'Groups',
        groups: subgroups({
          items: images,
          attributes: { sex: ({ id }) => (Number(id.at(-1)) % 3 === 0 ? 'female' : 'male') },
          measures: {
            JA: (items) => items.reduce((sum, { measures }) => sum + measures!['JA']!, 0) / items.length,
          },
          replicates: 50,
        }),
      },
    ],
    losses: [
      {
        title: 'FCRN-50',
        curves: [
          { name: 'training', at: [1, 2, 3, 4], loss: [0.9, 0.6, 0.5, 0.45] },
          { name: 'validation', at: [2, 4], loss: [0.7, 0.6] },
        ],
      },
    ],
    images,
    models: [{ name: 'LIN', details: { Weights: 23_500_000 } }],
    cards: [
      {
        name: 'LIN',
        text: '# LIN\n\nA *card* with a [link](https://doi.org/10.3390/s18020556).\n\n| measure | value |\n| --- | --- |\n| JA | 0.768 |\n',
      },
    ],
  };
}
