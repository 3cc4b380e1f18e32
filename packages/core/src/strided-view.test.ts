// The stand-in for ndarray beside ndarray itself: every view that calls lead to, and all that a view tells.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import * as fc from 'fast-check';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { createRgbImage } from './arrays.js';
import { stridedView } from './strided-view.js';

type AnyView = Record<string, unknown> & { [method: string]: (...values: unknown[]) => AnyView };

const FIELDS = ['shape', 'stride', 'offset', 'dtype', 'dimension', 'size', 'order'] as const;
const MAKERS = ['hi', 'lo', 'step', 'transpose', 'pick'] as const;

const TYPES = [Uint8Array, Int32Array, Float32Array] as const;

const told = (view: AnyView): unknown[] => FIELDS.map((field) => view[field]);

/** What callers may pass for an axis, sensible or not. */
const argument = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, null, 1.5, -0.5, -0, Number.NaN, Number.POSITIVE_INFINITY, '1'),
  },
);
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
const calls = fc.array(fc.tuple(fc.constantFrom(...MAKERS), fc.array(argument, { maxLength: 6 })), {
  maxLength: 5,
});
const places = fc.array(fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 6 }), { maxLength: 6 });

describe('stridedView', () => {
  it('is what ndarray is, through any calls', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), shapes, calls, places, (Type, shape, steps, indexes) => {
        const length = shape.reduce((product, extent) => product * extent, 1);
        const data = () => new Type(length).map((_: number, i: number) => i % 200);
        let theirs = ndarray(data(), [...shape]) as unknown as AnyView | null;
        let ours = stridedView(data(), shape) as unknown as AnyView | null;
        expect(told(ours!)).toEqual(told(theirs!));
        for (const [method, values] of steps) {
          theirs = theirs![method]!(...values);
          ours = ours![method]!(...values);
          expect(ours === null).toBe(theirs === null);
          if (theirs === null || ours === null) return;
          expect(told(ours)).toEqual(told(theirs));
        }
        for (const [count, at] of indexes.entries()) {
          expect(ours!['index']!(...at)).toEqual(theirs!['index']!(...at));
          expect(ours!['get']!(...at)).toEqual(theirs!['get']!(...at));
          expect(ours!['set']!(...at, count)).toEqual(theirs!['set']!(...at, count));
          expect(ours!['data']).toEqual(theirs!['data']);
        }
        // A view writes into the data that it was made of, and holds nothing else.
        expect(Object.keys(ours!)).toEqual(Object.keys(theirs!));
      }),
      { numRuns: 3000 },
    );
  });

  it('tells the order of axes that lie equally far apart as ndarray does', () => {
    const distances = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(distances, (stride) => {
        const theirs = ndarray(
          new Uint8Array(1),
          stride.map(() => 1),
          stride,
          0,
        );
        const ours = stridedView(
          new Uint8Array(1),
          stride.map(() => 1),
        ) as NdArray<Uint8Array>;
        ours.stride = stride;
        expect(ours.order).toEqual(theirs.order);
      }),
    );
  });

  it('counts as its value where nothing but a value is left', () => {
    const view = stridedView(Uint8Array.of(3, 4), [2]).pick(1) as unknown as number;
    expect(view + 1).toBe(5);
    expect((ndarray(Uint8Array.of(3, 4), [2]).pick(1) as unknown as number) + 1).toBe(5);
  });
});

describe('where code from strings is refused', () => {
  it('takes over, for this and all further arrays', () => {
    const { outputFiles } = buildSync({
      stdin: {
        contents: `
          import { contiguousData, createBinaryMask, createRgbImage, resizeImage } from './index.js';
          const image = createRgbImage({ height: 4, width: 6 }, Uint8Array.from({ length: 72 }, (_, i) => i));
          const mask = createBinaryMask({ height: 1, width: 1 });
          const small = contiguousData(resizeImage(image.transpose(1, 0, 2), { height: 3, width: 2 }));
          console.log(image.constructor.name, mask.constructor.name, image.get(1, 2, 0), small.join());
        `,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node20',
    });
    const print = (...flags: string[]): string =>
      execFileSync(process.execPath, [...flags, '--eval', outputFiles[0]!.text], { encoding: 'utf8' }).trim();
    const allowed = print();
    expect(allowed).toMatch(/^View3duint8 View2duint8 24 [\d,]+$/);
    const [ours, again, ...values] = print('--disallow-code-generation-from-strings').split(' ');
    // The bundler may have named the class otherwise.
    expect([ours, again]).not.toContainEqual(expect.stringMatching(/View\dd/));
    expect(values).toEqual(allowed.split(' ').slice(2));
  });

  it('is the library elsewhere', () => {
    expect(createRgbImage({ height: 1, width: 1 }).constructor.name).toBe('View3duint8');
  });
});
