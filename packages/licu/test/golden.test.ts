// Golden values by scipy; golden/generate.py made them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { distanceTransform, fillHoles, largestComponent, squaredDistanceTransform } from '../src/index.js';
import { draw } from './drawing.js';

interface GoldenCase {
  name: string;
  mask: string[];
  squaredDistance: number[];
  squaredDistanceFramed: number[];
  largest4: string[];
  largest8: string[];
  filled4: string[];
  filled8: string[];
}

const { cases } = JSON.parse(readFileSync(new URL('../golden/golden.json', import.meta.url), 'utf8')) as {
  cases: GoldenCase[];
};

describe.each(cases)('scipy on $name', (golden) => {
  const mask = draw(golden.mask);

  it('has the same distances', () => {
    expect([...squaredDistanceTransform(mask).data]).toEqual(golden.squaredDistance);
    expect([...squaredDistanceTransform(mask, { border: 'background' }).data]).toEqual(
      golden.squaredDistanceFramed,
    );
    expect(distanceTransform(mask)).toBeAllClose(golden.squaredDistance.map(Math.sqrt), 1e-5);
  });

  it('has the same largest component', () => {
    expect(largestComponent(mask)).toMatchMask(golden.largest8);
    expect(largestComponent(mask, { connectivity: 4 })).toMatchMask(golden.largest4);
  });

  it('has the same holes', () => {
    expect(fillHoles(mask)).toMatchMask(golden.filled8);
    expect(fillHoles(mask, { connectivity: 4 })).toMatchMask(golden.filled4);
  });
});
