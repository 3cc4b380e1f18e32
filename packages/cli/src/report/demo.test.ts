import { createBinaryMask, createClassMaps, createLabelMap, createRgbImage } from '@lesion/core';
import { analyzeLesion } from '@lesion/licu';
import { renderReport } from '@lesion/report';
import type { EvaluatedImage, Evaluation } from '@lesion/train';
import { describe, expect, it } from 'vitest';
import { DEMO_REPORT } from './demo.js';
import { evaluationScores } from './evaluation.js';
import { reportImage } from './image.js';
import { reportLosses } from './training.js';

const size = { height: 8, width: 8 };

/** An image whose left half is predicted to be melanoma, as it is. */
function evaluatedImage(): EvaluatedImage {
  const classMaps = createClassMaps(size, 4);
  const mask = createBinaryMask(size);
  const labels = createLabelMap(size);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const lesion = x < 4;
      classMaps.set(y, x, lesion ? 1 : 0, 1);
      mask.set(y, x, lesion ? 1 : 0);
      labels.set(y, x, lesion ? 0 : 1);
    }
  }
  const none = new Float32Array(2);
  return {
    id: 'A',
    record: {
      id: 'A',
      split: 'validation',
      attributePaths: {},
      attributesAnnotated: false,
      diagnosis: 'melanoma',
      columns: {},
    },
    image: createRgbImage(size),
    mask,
    lin: { classMaps, ...analyzeLesion(classMaps) },
    lfn: {
      labels,
      count: 2,
      features: {
        pigment_network: Float32Array.of(0.9, 0.2),
        negative_network: none,
        milia_like_cyst: none,
        streaks: none,
      },
    },
    seconds: 1,
  };
}

describe('the report of a demo', () => {
  it("has each image's figures and pictures", async () => {
    const image = await reportImage(evaluatedImage(), 'trained here');
    expect(image).toMatchObject({
      id: 'A, trained here',
      truth: 'melanoma',
      measures: { JA: 1, 'true class': 1 },
      indexes: { melanoma: 1 },
      featureCounts: { pigment_network: 1, streaks: 0 },
    });
    expect(Object.keys(image.pictures)).toEqual(['outline', 'distanceMap', 'refinedMaps', 'features']);
  });

  it('renders, undefined scores and missing validation losses included', async () => {
    const epoch = { epoch: 0, steps: 2, learningRate: 0.01, trainingLoss: 1.5, seconds: 1 };
    const losses = reportLosses('LIN', {
      dr: { epochs: [{ ...epoch, validationLoss: null }], stepLosses: [2, 1] },
    });
    expect(losses[0]?.curves).toEqual([
      { name: 'training', at: [1, 2], loss: [2, 1] },
      { name: 'validation', at: [2], loss: [null] },
    ]);
    const evaluation: Evaluation = {
      split: 'validation',
      tasks: [
        {
          task: 3,
          protocol: 'isic2017',
          count: 1,
          metrics: { AUC: Number.NaN },
          perClass: { melanoma: { AUC: Number.NaN } },
          perImage: [],
        },
      ],
      failures: [],
      missing: [],
    };
    const scores = evaluationScores(evaluation, 'trained here');
    expect(scores[0]).toMatchObject({
      split: 'validation, trained here',
      metrics: { AUC: null },
      perClass: { melanoma: { AUC: null } },
    });
    const page = renderReport({
      ...DEMO_REPORT,
      losses,
      scores,
      images: [await reportImage(evaluatedImage(), 'trained here')],
    });
    expect(page).toContain('lesion demo');
    expect(page).toContain('melanoma');
  });
});
