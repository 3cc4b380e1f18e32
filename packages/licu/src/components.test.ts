import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../test/drawing.js';
import { fillHoles, largestComponent } from './index.js';

describe('largestComponent', () => {
  it('joins corners with 8 neighbours and not with 4', () => {
    const mask = draw(['11...', '..1..', '...1.', '111..']);
    expect(largestComponent(mask)).toMatchMask(['11...', '..1..', '...1.', '111..']);
    expect(largestComponent(mask, { connectivity: 4 })).toMatchMask(['.....', '.....', '.....', '111..']);
  });

  it('keeps the first of equally large components and leaves an empty mask empty', () => {
    expect(largestComponent(draw(['.11.1', '....1']))).toMatchMask(['.11..', '.....']);
    expect(largestComponent(draw(['...', '...']))).toMatchMask(['...', '...']);
  });

  it('reads views', () => {
    const transposed = draw(['1.1', '1..', '1..']).transpose(1, 0);
    expect(largestComponent(transposed)).toMatchMask(['111', '...', '...']);
  });

  it('refuses another connectivity', () => {
    expect(() => largestComponent(draw(['1']), { connectivity: 6 as 8 })).toThrow(
      'connectivity: unknown choice; got 6; expected 4 or 8',
    );
    expect(() => fillHoles(draw(['1']), { connectivity: '8' as unknown as 8 })).toThrow(
      'connectivity: unknown choice; got "8"; expected 4 or 8',
    );
  });
});

describe('fillHoles', () => {
  it('fills what the lesion encloses and leaves bays that reach the edge', () => {
    expect(fillHoles(draw(['.111.', '.1.1.', '.111.', '1...1', '1...1']))).toMatchMask([
      '.111.',
      '.111.',
      '.111.',
      '1...1',
      '1...1',
    ]);
  });

  it('lets the background through a corner only where the lesion is 4-connected', () => {
    const diamond = draw(['..1..', '.1.1.', '..1..']);
    expect(fillHoles(diamond)).toMatchMask(['..1..', '.111.', '..1..']);
    expect(fillHoles(diamond, { connectivity: 4 })).toMatchMask(['..1..', '.1.1.', '..1..']);
  });

  it('leaves full and empty masks as they are, and its argument untouched', () => {
    expect(fillHoles(draw(['11', '11']))).toMatchMask(['11', '11']);
    expect(fillHoles(draw(['..', '..']))).toMatchMask(['..', '..']);
    const ring = draw(['111', '1.1', '111']);
    fillHoles(ring);
    expect(ring).toMatchMask(['111', '1.1', '111']);
  });

  it('adds only, and changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom(4 as const, 8 as const),
        (height, width, stream, connectivity) => {
          const rows = Array.from({ length: height }, () =>
            Array.from({ length: width }, () => (stream.next().value ? '1' : '.')).join(''),
          );
          const mask = draw(rows);
          const once = fillHoles(mask, { connectivity });
          for (let i = 0; i < once.data.length; i++) expect(once.data[i]! >= mask.data[i]!).toBe(true);
          expect([...fillHoles(once, { connectivity }).data]).toEqual([...once.data]);
        },
      ),
    );
  });
});
