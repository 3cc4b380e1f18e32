import { LESION_CLASSES, SeededRandom } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { createFrame, xOf, yOf } from './frame.js';
import { borderAt, createOutline } from './outline.js';
import { drawOutlineShape } from './pigment.js';

const circle = { centre: { x: 0.1, y: 0 }, radius: 0.3, elongation: 1, irregularity: 0, roughness: 0 };

/** Pixels reached from the first pixel of a kind by steps to pixels of the same kind. */
function reached(
  inside: Uint8Array,
  kind: 0 | 1,
  { height, width }: { height: number; width: number },
): number {
  const seen = new Uint8Array(inside.length);
  const stack = [inside.indexOf(kind)];
  seen[stack[0]!] = 1;
  let count = 0;
  while (stack.length > 0) {
    const index = stack.pop()!;
    count++;
    const column = index % width;
    const neighbours = [
      column > 0 ? index - 1 : -1,
      column < width - 1 ? index + 1 : -1,
      index - width,
      index + width < height * width ? index + width : -1,
    ];
    for (const next of neighbours) {
      if (next >= 0 && inside[next] === kind && !seen[next]) {
        seen[next] = 1;
        stack.push(next);
      }
    }
  }
  return count;
}

describe('createOutline', () => {
  it('measures the depth in a circle as radius minus distance', () => {
    const frame = createFrame({ height: 40, width: 60 });
    const { depth } = createOutline(frame, circle, new SeededRandom(1));
    for (const [row, column] of [
      [20, 30],
      [0, 0],
      [39, 59],
      [11, 44],
    ] as const) {
      const distance = Math.hypot(xOf(frame, column) - 0.1, yOf(frame, row));
      expect(depth[row * 60 + column]).toBeCloseTo(0.3 - distance, 5);
    }
  });

  it('stretches an ellipse without changing its area', () => {
    const frame = createFrame({ height: 200, width: 260 });
    const area = (elongation: number) =>
      createOutline(frame, { ...circle, elongation }, new SeededRandom(1)).depth.filter((value) => value > 0)
        .length;
    expect(area(1.6) / area(1)).toBeCloseTo(1, 1);
  });

  it('keeps the lesion in one piece without holes', () => {
    const size = { height: 96, width: 128 };
    const frame = createFrame(size);
    for (let seed = 0; seed < 30; seed++) {
      const random = new SeededRandom(seed);
      const shape = drawOutlineShape(frame, LESION_CLASSES[seed % 3]!, random);
      const { depth } = createOutline(frame, shape, random);
      const inside = Uint8Array.from(depth, (value) => (value > 0 ? 1 : 0));
      const area = inside.reduce((sum, value) => sum + value, 0);
      expect(reached(inside, 1, size)).toBe(area);
      expect(reached(inside, 0, size)).toBe(inside.length - area);
    }
  });
});

describe('borderAt', () => {
  const frame = createFrame({ height: 100, width: 100 });

  it('finds the border in a direction', () => {
    const outline = createOutline(frame, circle, new SeededRandom(1));
    const point = borderAt(frame, outline, Math.PI)!;
    expect(point.x).toBeCloseTo(-0.2, 1);
    expect(point.y).toBeCloseTo(0, 5);
  });

  it('gives null where the lesion runs out of the image', () => {
    const outline = createOutline(frame, { ...circle, radius: 0.45 }, new SeededRandom(1));
    expect(borderAt(frame, outline, 0)).toBeNull();
  });
});
