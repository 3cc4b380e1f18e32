/** The healthy skin around a synthetic lesion: tone, freckling, flush, furrows. Leans on ./frame and ./noise. */
import type { SeededRandom } from '@lesion/core';
import { type Layers, xOf, yOf } from './frame.js';
import { type Cell, NoiseField, smoothstep } from './noise.js';

/** Melanin of the Fitzpatrick types I to VI and how often each is drawn: ISIC's archive is mostly pale. */
const SKIN_TYPES = [
  { melanin: 0.02, weight: 0.22 },
  { melanin: 0.08, weight: 0.34 },
  { melanin: 0.17, weight: 0.26 },
  { melanin: 0.3, weight: 0.1 },
  { melanin: 0.5, weight: 0.05 },
  { melanin: 0.8, weight: 0.03 },
];

/** Draws a Fitzpatrick type, 1 to 6. */
export function drawSkinType(random: SeededRandom): number {
  let left = random.next();
  for (const [index, { weight }] of SKIN_TYPES.entries()) {
    left -= weight;
    if (left < 0) return index + 1;
  }
  return SKIN_TYPES.length;
}

/** Paints the skin of a Fitzpatrick type over the whole frame. */
export function paintSkin(layers: Layers, skinType: number, random: SeededRandom): void {
  const { frame, melanin, blood } = layers;
  const noise = new NoiseField(random);
  const tone = SKIN_TYPES[skinType - 1]!.melanin * random.uniform(0.75, 1.25);
  const flush = random.uniform(0.01, 0.16);
  const mottle = random.uniform(0.3, 1);
  const freckling = random.chance(0.35) ? random.uniform(0.05, 0.22) : 0;
  const vessels = random.chance(0.3) ? random.uniform(0.05, 0.16) : 0;
  const furrows = random.uniform(0.005, 0.025);
  const furrowAngle = random.uniform(0, Math.PI);
  const cos = Math.cos(furrowAngle);
  const sin = Math.sin(furrowAngle);
  const cell: Cell = { seedDistance: 0, borderDistance: 0, value: 0 };
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const x = xOf(frame, column);
      const index = row * frame.width + column;
      const broad = noise.cloud(x * 3, y * 3, 3);
      const grain = noise.cloud(x * 45 + 7.1, y * 45, 2);
      // Furrows part the skin into small lozenges, longer along one direction.
      noise.cell((x * cos + y * sin) * 30, (y * cos - x * sin) * 46, cell);
      const furrow = smoothstep(0.16, 0.02, cell.borderDistance);
      let density = tone * (1 + 0.25 * broad) + 0.014 * grain + furrows * furrow;
      if (freckling > 0) {
        density += freckling * smoothstep(0.05, 0.65, noise.cloud(x * 8 - 5.3, y * 8 + 2.9, 3));
      }
      let red = flush * (1 + mottle * noise.cloud(x * 5 + 31.7, y * 5 - 12.9, 3));
      if (vessels > 0) {
        red += vessels * noise.ridge(x * 8 - 21.1, y * 8 + 5.7, 3) * smoothstep(-0.1, 0.4, broad);
      }
      melanin[index] = Math.max(0, density);
      blood[index] = Math.max(0, red);
    }
  }
}
