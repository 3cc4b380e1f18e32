/** The features JSON of task 2: for each dermoscopic feature one number a superpixel. */
import { DERMOSCOPIC_FEATURES, type DermoscopicFeature, invalidFile } from '@lesion/core';
import { readBytes } from './read-bytes.js';

/** One number a superpixel for each feature, all of the same length. */
export type FeatureValues = Record<DermoscopicFeature, Float64Array>;

const RULES = {
  truth: { test: (value: number) => value === 0 || value === 1, expected: '0 or 1' },
  prediction: { test: (value: number) => value >= 0 && value <= 1, expected: 'a number from 0 to 1' },
};

/**
 * Reads a features JSON; keys other than the four features are left aside.
 *
 * @throws LesionError `NOT_FOUND` or `INVALID_FILE` naming the file: not JSON, a feature missing or not an array, a
 *   value out of range (with its superpixel), arrays of different lengths.
 */
export async function readFeatureFile(path: string, kind: 'truth' | 'prediction'): Promise<FeatureValues> {
  const text = new TextDecoder().decode(await readBytes(path));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalidFile({
      what: 'not JSON',
      where: path,
      got: (error as Error).message,
      mend: 'Write the file again; it may have been cut short.',
      cause: error,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidFile({
      what: 'not a features JSON',
      where: path,
      expected: `an object with ${DERMOSCOPIC_FEATURES.join(', ')}`,
    });
  }
  const rule = RULES[kind];
  const features: Partial<FeatureValues> = {};
  for (const name of DERMOSCOPIC_FEATURES) {
    const values = (parsed as Record<string, unknown>)[name];
    if (!Array.isArray(values)) {
      throw invalidFile({
        what: values === undefined ? `the feature ${name} is missing` : `${name} is not an array`,
        where: path,
        got: `the keys ${Object.keys(parsed).join(', ')}`,
        expected: DERMOSCOPIC_FEATURES.join(', '),
        mend: 'Write one array a feature, one number a superpixel.',
      });
    }
    const bad = values.findIndex((value) => typeof value !== 'number' || !rule.test(value));
    if (bad >= 0) {
      throw invalidFile({
        what: `${name} of superpixel ${bad} is not usable`,
        where: path,
        got: JSON.stringify(values[bad]),
        expected: rule.expected,
        mend: kind === 'truth' ? 'Write 1 where the feature is present, else 0.' : 'Write probabilities.',
      });
    }
    features[name] = Float64Array.from(values as number[]);
  }
  const complete = features as FeatureValues;
  const length = complete[DERMOSCOPIC_FEATURES[0]].length;
  for (const name of DERMOSCOPIC_FEATURES) {
    if (complete[name].length !== length) {
      throw invalidFile({
        what: 'the features have different lengths',
        where: path,
        got: `${complete[name].length} values for ${name}`,
        expected: `${length}, as for ${DERMOSCOPIC_FEATURES[0]}`,
        mend: 'Write one number a superpixel for every feature.',
      });
    }
  }
  return complete;
}
