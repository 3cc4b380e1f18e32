/** Streaks: dark projections that leave a lesion's border outwards, side by side. Leans on ./frame and ./outline. */
import type { SeededRandom } from '@lesion/core';
import { coverStroke, type Layers, type Point, visitDisc, xOf, yOf } from './frame.js';
import { smoothstep } from './noise.js';
import { borderAt, type Outline } from './outline.js';

/** One drawn streak. */
export interface StreakLine {
  /** Inside the lesion. */
  from: Point;
  /** The tip, outside the pigmented body. */
  to: Point;
}

/** Streaks that were painted, and their place. */
export interface PaintedStreaks {
  lines: StreakLine[];
  /** 0 or 1 a pixel. */
  place: Uint8Array;
}

/** Paints streaks over a part of the border and gives their place. */
export function paintStreaks(layers: Layers, outline: Outline, random: SeededRandom): PaintedStreaks {
  const { frame, melanin } = layers;
  const protrusion = Math.max(random.uniform(0.03, 0.05), 6 / frame.unit);
  const root = Math.max(random.uniform(0.035, 0.05), 7 / frame.unit);
  const middle = random.uniform(0, 2 * Math.PI);
  const halfSector = random.uniform(0.6, 1.5);
  const spacing = Math.max(random.uniform(0.02, 0.028), 3.5 / frame.unit) / outline.radius;
  const density = random.uniform(0.6, 1);
  const bulbs = random.chance(0.4);
  const cover = new Float32Array(melanin.length);
  const lines: StreakLine[] = [];
  for (let turn = -halfSector; turn <= halfSector; turn += spacing) {
    const angle = middle + turn + random.uniform(-0.45, 0.45) * spacing;
    const lean = angle + random.uniform(-0.4, 0.4);
    const outwards = protrusion * random.uniform(0.3, 1);
    const inwards = root * random.uniform(0.4, 1.2);
    const width = Math.max(random.uniform(0.008, 0.016), 1.4 / frame.unit);
    const bulb = bulbs && random.chance(0.6);
    const strength = random.uniform(0.55, 1);
    if (random.chance(0.15)) continue;
    const border = borderAt(frame, outline, angle);
    if (border === null) continue;
    const from = { x: border.x - inwards * Math.cos(angle), y: border.y - inwards * Math.sin(angle) };
    const to = { x: border.x + outwards * Math.cos(lean), y: border.y + outwards * Math.sin(lean) };
    const points = [from, border, to];
    coverStroke(
      cover,
      frame,
      { points, width: 1.3 * width, endWidth: 0.4 * width, softness: 0.006 },
      strength,
    );
    if (bulb) {
      const radius = 0.7 * width;
      visitDisc(frame, to, 1.5 * radius, (index, distance) => {
        cover[index] = Math.max(cover[index]!, strength * smoothstep(1.5 * radius, 0.6 * radius, distance));
      });
    }
    lines.push({ from, to });
  }
  const place = new Uint8Array(melanin.length);
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row) - outline.centre.y;
    for (let column = 0; column < frame.width; column++) {
      const index = row * frame.width + column;
      const depth = outline.depth[index]!;
      if (depth < -1.2 * protrusion || depth > root) continue;
      melanin[index]! += density * cover[index]!;
      const x = xOf(frame, column) - outline.centre.x;
      const turned = Math.atan2(y, x) - middle;
      const turn = Math.abs(Math.atan2(Math.sin(turned), Math.cos(turned)));
      // The place tapers off at both ends of the arc, so that the lesion's mask gets no corners.
      const taper = smoothstep(halfSector + 1.5 * spacing, halfSector - 0.5 * spacing, turn);
      if (taper > 0 && depth > -0.9 * protrusion * taper) place[index] = 1;
    }
  }
  return { lines, place };
}
