import { createBinaryMask } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { coverStroke, createFrame, type Frame, pixelAt, visitDisc, xOf, yOf } from './frame.js';

function maskOf(frame: Frame, cover: Float32Array) {
  return createBinaryMask(
    { height: frame.height, width: frame.width },
    Uint8Array.from(cover, (value) => (value > 0.5 ? 1 : 0)),
  );
}

describe('createFrame', () => {
  it('puts the origin in the middle, in units of the short side', () => {
    const frame = createFrame({ height: 4, width: 8 });
    expect(frame.unit).toBe(4);
    expect([0, 3, 4, 7].map((column) => xOf(frame, column))).toEqual([-0.875, -0.125, 0.125, 0.875]);
    expect([0, 3].map((row) => yOf(frame, row))).toEqual([-0.375, 0.375]);
  });
});

describe('pixelAt', () => {
  it('undoes xOf and yOf and gives -1 outside', () => {
    const frame = createFrame({ height: 5, width: 7 });
    expect(pixelAt(frame, { x: xOf(frame, 6), y: yOf(frame, 2) })).toBe(20);
    expect(pixelAt(frame, { x: 0.8, y: 0 })).toBe(-1);
    expect(pixelAt(frame, { x: 0, y: -0.6 })).toBe(-1);
  });
});

describe('visitDisc', () => {
  it('visits the pixels whose middle is near enough, within the image', () => {
    const frame = createFrame({ height: 5, width: 5 });
    const cover = new Float32Array(25);
    visitDisc(frame, { x: 0, y: 0 }, 0.29, (index) => {
      cover[index] = 1;
    });
    expect(maskOf(frame, cover)).toMatchMask(['.....', '.111.', '.111.', '.111.', '.....']);
    cover.fill(0);
    visitDisc(frame, { x: -0.4, y: -0.4 }, 0.21, (index) => {
      cover[index] = 1;
    });
    expect(maskOf(frame, cover)).toMatchMask(['11...', '1....', '.....', '.....', '.....']);
  });
});

describe('coverStroke', () => {
  const frame = createFrame({ height: 5, width: 9 });

  it('covers a line of its width', () => {
    const cover = new Float32Array(45);
    coverStroke(cover, frame, {
      points: [
        { x: -0.4, y: 0 },
        { x: 0.4, y: 0 },
      ],
      width: 0.2,
    });
    expect(maskOf(frame, cover)).toMatchMask([
      '.........',
      '.........',
      '..11111..',
      '.........',
      '.........',
    ]);
  });

  it('tapers to the end width and keeps what is covered more', () => {
    const cover = new Float32Array(45).fill(0.3);
    coverStroke(cover, frame, {
      points: [
        { x: -0.8, y: 0 },
        { x: 0.8, y: 0 },
      ],
      width: 0.6,
      endWidth: 0.1,
    });
    const column = (x: number) => [0, 1, 2, 3, 4].map((row) => cover[row * 9 + x]!);
    expect(column(1).filter((value) => value > 0.5)).toHaveLength(3);
    expect(column(7).filter((value) => value > 0.5).length).toBeLessThan(2);
    expect(Math.min(...cover)).toBeCloseTo(0.3);
  });

  it('covers a part of a pixel where it is thinner than one', () => {
    const cover = new Float32Array(45);
    coverStroke(cover, frame, {
      points: [
        { x: -0.8, y: 0 },
        { x: 0.8, y: 0 },
      ],
      width: 0.05,
    });
    expect(cover[2 * 9 + 4]).toBeCloseTo(0.25, 2);
  });
});
