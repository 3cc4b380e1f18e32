import { SeededRandom } from '@lesion/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  averagePrecision,
  bootstrapInterval,
  type ClassValues,
  createClassificationProtocol,
  rocAuc,
  scoreMetrics,
} from './index.js';

const of = (melanoma: number, seborrheic_keratosis: number, nevus?: number): ClassValues => ({
  melanoma,
  seborrheic_keratosis,
  ...(nevus === undefined ? {} : { nevus }),
});

const images: [string, ClassValues, ClassValues][] = [
  ['a', of(1, 0, 0), of(0.8, 0.1, 0.1)],
  ['b', of(1, 0, 0), of(0.4, 0.2, 0.4)],
  ['c', of(0, 1, 0), of(0.3, 0.6, 0.1)],
  ['d', of(0, 0, 1), of(0.5, 0.1, 0.4)],
  ['e', of(0, 0, 1), of(0.1, 0.1, 0.8)],
];

describe('createClassificationProtocol, isic2017', () => {
  it('scores melanoma and seborrheic keratosis each against the rest', () => {
    const protocol = createClassificationProtocol();
    for (const image of images) protocol.update(...image);
    const { count, task, metrics, perClass, perImage } = protocol.compute();
    expect({ count, task }).toEqual({ count: 5, task: 3 });
    const melanoma = scoreMetrics([1, 1, 0, 0, 0], [0.8, 0.4, 0.3, 0.5, 0.1], { rule: 'trapezoid' });
    expect(perClass).toEqual({
      melanoma,
      seborrheic_keratosis: { AUC: 1, AP: 1, AC: 1, SE: 1, SP: 1 },
    });
    expect(melanoma.AUC).toBe(5 / 6);
    expect(metrics.AUC).toBe((5 / 6 + 1) / 2);
    expect(metrics.SE).toBe(0.75);
    expect(perImage.slice(0, 2)).toEqual([
      { id: 'a', className: 'melanoma', values: { truth: 1, score: 0.8 } },
      { id: 'a', className: 'seborrheic_keratosis', values: { truth: 0, score: 0.1 } },
    ]);
  });

  it('leaves a class without an area out of the mean', () => {
    const protocol = createClassificationProtocol();
    protocol.update('a', of(1, 0), of(0.9, 0.2));
    protocol.update('b', of(0, 0), of(0.2, 0.2));
    const { metrics, perClass } = protocol.compute();
    expect(perClass['seborrheic_keratosis']).toEqual({
      AUC: Number.NaN,
      AP: Number.NaN,
      AC: 1,
      SE: Number.NaN,
      SP: 1,
    });
    expect(metrics).toEqual({ AUC: 1, AP: 1, AC: 1, SE: 1, SP: 1 });
  });

  it('draws images', () => {
    const random = new SeededRandom(3);
    const list = Array.from({ length: 40 }, (_, index) => ({
      id: `${index}`,
      label: index % 3 === 0 ? 1 : 0,
      score: random.integer(10) / 10,
    }));
    const protocol = createClassificationProtocol({ classes: ['melanoma'] });
    for (const { id, label, score } of list) protocol.update(id, { melanoma: label }, { melanoma: score });
    const options = { replicates: 80, seed: 5 };
    const statistic = (sample: readonly { label: number; score: number }[]) =>
      rocAuc(
        sample.map(({ label }) => label),
        sample.map(({ score }) => score),
      );
    expect(protocol.bootstrap(options).metrics.AUC).toEqual(bootstrapInterval(list, statistic, options));
  });
});

describe('createClassificationProtocol, isic2018', () => {
  it('averages the recalls of the classes, several largest scores being wrong', () => {
    const protocol = createClassificationProtocol({ protocol: 'isic2018' });
    for (const image of images) protocol.update(...image);
    const { metrics, perClass } = protocol.compute();
    // a is right, b undecided; c right; d melanoma, e right.
    expect(perClass['melanoma']!.BACC).toBe(1 / 2);
    expect(perClass['seborrheic_keratosis']!.BACC).toBe(1);
    expect(perClass['nevus']!.BACC).toBe(1 / 2);
    expect(metrics.BACC).toBeCloseTo(2 / 3, 15);
    expect(perClass['melanoma']!.AP).toBe(averagePrecision([1, 1, 0, 0, 0], [0.8, 0.4, 0.3, 0.5, 0.1]));
  });

  it('passes over classes that do not occur, and takes their SE as 1', () => {
    const protocol = createClassificationProtocol({ protocol: 'isic2018' });
    protocol.update('a', of(1, 0, 0), of(0.6, 0.3, 0.1));
    protocol.update('b', of(0, 0, 1), of(0.6, 0.3, 0.1));
    const { metrics, perClass } = protocol.compute();
    expect(perClass['seborrheic_keratosis']!.BACC).toBeNaN();
    expect(perClass['seborrheic_keratosis']!.SE).toBe(1);
    expect(metrics.BACC).toBe(0.5);
  });

  it('works out the class that the files of 2017 leave out', () => {
    const protocol = createClassificationProtocol({ protocol: 'isic2018', restClass: 'nevus' });
    protocol.update('a', of(1, 0), of(0.5, 0.25));
    protocol.update('b', of(0, 0), of(0.25, 0.125));
    protocol.update('c', of(0, 1), of(0.75, 0.5));
    const nevus = protocol.compute().perImage.filter(({ className }) => className === 'nevus');
    expect(nevus.map(({ values }) => values)).toEqual([
      { truth: 0, score: 0.25 },
      { truth: 1, score: 0.625 },
      { truth: 0, score: 0 },
    ]);
    expect(protocol.compute().metrics.BACC).toBeCloseTo(2 / 3, 15);
  });

  it('takes any list of classes', () => {
    const classes = ['akiec', 'bcc', 'bkl', 'df', 'mel', 'nv', 'vasc'];
    const protocol = createClassificationProtocol({ protocol: 'isic2018', classes });
    const values = (hit: string, value: number) =>
      Object.fromEntries(classes.map((name) => [name, name === hit ? value : 0]));
    for (const name of classes)
      protocol.update(name, values(name, 1), values(name === 'df' ? 'nv' : name, 0.9));
    expect(protocol.compute().metrics.BACC).toBeCloseTo(6 / 7, 15);
  });

  it('wants exactly one class an image', () => {
    const protocol = createClassificationProtocol({ protocol: 'isic2018' });
    expect(() => protocol.update('a', of(0, 0, 0), of(0.1, 0.2, 0.7))).toThrow(
      'a: truth: an image has exactly one class; got none; expected one of melanoma, seborrheic_keratosis, nevus. ' +
        'Name the class that the files leave out as restClass.',
    );
    expect(() => protocol.update('a', of(1, 1, 0), of(0.1, 0.2, 0.7))).toThrow(
      'got melanoma, seborrheic_keratosis',
    );
    expect(() => protocol.update('a', of(1, 0), of(0.1, 0.2, 0.7))).toThrow(
      'a: truth: has no value for nevus; got melanoma, seborrheic_keratosis',
    );
  });
});

describe('createClassificationProtocol', () => {
  it('scores nothing as NaN', () => {
    for (const protocol of ['isic2017', 'isic2018'] as const) {
      const { metrics, perClass } = createClassificationProtocol({ protocol }).compute();
      for (const value of [...Object.values(metrics), ...Object.values(perClass['melanoma']!)])
        expect(value).toBeNaN();
    }
  });

  it('names the image and class that it refuses and adds nothing', () => {
    const protocol = createClassificationProtocol();
    expect(() => protocol.update('a', of(1, 2), of(0.5, 0.5))).toThrow(
      'a: truth of seborrheic_keratosis: unknown choice; got 2; expected 0 or 1',
    );
    expect(() => protocol.update('a', of(1, 0), of(0.5, 1.5))).toThrow(
      'a: prediction of seborrheic_keratosis: out of range; got 1.5; expected a number of at least 0 and at most 1',
    );
    expect(() => protocol.update('a', of(1, 0), of(Number.NaN, 0.5))).toThrow(
      'a: prediction of melanoma: holds a value that is not finite; got NaN at index 0 of 1',
    );
    expect(() => protocol.update('a', of(1, 0), { melanoma: '0.5' } as never)).toThrow(
      'a: prediction of melanoma: out of range; got "0.5"',
    );
    expect(() => protocol.update('a', null as never, of(0.5, 0.5))).toThrow(
      'a: truth: has no value for melanoma; got null',
    );
    expect(protocol.count).toBe(0);
    protocol.update('a', of(1, 0), of(0.5, 0.5));
    expect(protocol.compute().perImage.length).toBe(2);
    expect(() => createClassificationProtocol({ restClass: 'nevus' })).toThrow(
      'restClass: unknown choice; got "nevus"; expected "melanoma" or "seborrheic_keratosis"',
    );
    expect(() => createClassificationProtocol({ classes: [] })).toThrow(
      'classes: not a list of names; got no name',
    );
  });

  it('types its metrics by the protocol', () => {
    expectTypeOf(createClassificationProtocol().compute().metrics).not.toHaveProperty('BACC');
    expectTypeOf(createClassificationProtocol({ protocol: 'isic2018' }).compute().metrics).toHaveProperty(
      'BACC',
    );
  });
});
