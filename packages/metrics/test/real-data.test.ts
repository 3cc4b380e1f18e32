// A participant's published predictions for ISIC 2017's validation images must give the published areas.
import { readFileSync } from 'node:fs';
import { realData, realFile } from '@lesion/test-support';
import { describe, expect, it } from 'vitest';
import { averagePrecision, createClassificationProtocol, rocAuc } from '../src/index.js';

function table(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  return lines.map((line) => line.split(','));
}

describe.skipIf(!realData)("RECOD's validation predictions", () => {
  it('have AUC 0.907778 for melanoma and 0.994929 for seborrheic keratosis', () => {
    const predictions = new Map(
      table(realFile('predictions', 'recod_titans_val_predictions.csv')).map(([id, ...scores]) => [
        id!,
        scores.map(Number),
      ]),
    );
    const [, ...truth] = table(realFile('isic2017', 'ISIC-2017_Validation_Part3_GroundTruth.csv'));
    const protocol = createClassificationProtocol();
    for (const [id, melanoma, keratosis] of truth) {
      const scores = predictions.get(id!)!;
      protocol.update(
        id!,
        { melanoma: Number(melanoma), seborrheic_keratosis: Number(keratosis) },
        { melanoma: scores[0]!, seborrheic_keratosis: scores[1]! },
      );
    }
    const { count, metrics, perClass } = protocol.compute();
    expect(count).toBe(150);
    expect(perClass['melanoma']!.AUC.toFixed(6)).toBe('0.907778');
    expect(perClass['seborrheic_keratosis']!.AUC.toFixed(6)).toBe('0.994929');
    expect(metrics.AUC).toBe((perClass['melanoma']!.AUC + perClass['seborrheic_keratosis']!.AUC) / 2);

    const labels = truth.map(([, melanoma]) => Number(melanoma));
    const scores = truth.map(([id]) => predictions.get(id!)![0]!);
    expect(rocAuc(labels, scores)).toBe(perClass['melanoma']!.AUC);
    expect(averagePrecision(labels, scores, { rule: 'trapezoid' })).toBe(perClass['melanoma']!.AP);
    expect(averagePrecision(labels, scores)).not.toBeCloseTo(perClass['melanoma']!.AP, 3);

    const interval = protocol.bootstrap({ replicates: 200, seed: 17 }).perClass['melanoma']!.AUC;
    expect(interval.estimate).toBe(perClass['melanoma']!.AUC);
    expect(interval.lower).toBeGreaterThan(0.8);
    expect(interval.lower).toBeLessThan(0.907);
    expect(interval.upper).toBeGreaterThan(0.908);
  });
});
