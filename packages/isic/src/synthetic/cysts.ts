/** Milia-like cysts: small round spots, white to yellow, in clusters. Leans on ./frame and ./outline. */
import type { SeededRandom } from '@lesion/core';
import { type Layers, type Point, pixelAt, visitDisc } from './frame.js';
import { smoothstep } from './noise.js';
import type { Outline } from './outline.js';

/** One drawn cyst. */
export interface Cyst {
  centre: Point;
  /** In units of the short side. */
  radius: number;
}

/** Cysts that were painted, and their place. */
export interface PaintedCysts {
  cysts: Cyst[];
  /** 0 or 1 a pixel. */
  place: Uint8Array;
}

/** Paints clusters of milia-like cysts and gives their place. */
export function paintCysts(
  layers: Layers,
  outline: Outline,
  clusters: number,
  random: SeededRandom,
): PaintedCysts {
  const { frame, keratin, melanin } = layers;
  const cysts: Cyst[] = [];
  const place = new Uint8Array(keratin.length);
  for (let cluster = 0; cluster < clusters; cluster++) {
    const reach = Math.max(random.uniform(0.045, 0.065), 10 / frame.unit);
    const angle = random.uniform(0, 2 * Math.PI);
    const distance = outline.radius * random.uniform(0, 0.55);
    const middle = {
      x: outline.centre.x + distance * Math.cos(angle),
      y: outline.centre.y + distance * Math.sin(angle),
    };
    visitDisc(frame, middle, reach, (index) => {
      if (outline.depth[index]! > 0) place[index] = 1;
    });
    // Many tries, few cysts: those too near to the border or to another are dropped.
    for (let attempt = 0; attempt < 20; attempt++) {
      const radius = Math.max(random.uniform(0.0065, 0.011), 1.3 / frame.unit);
      const away = 0.8 * reach * (attempt === 0 ? 0 : Math.sqrt(random.next()));
      const direction = random.uniform(0, 2 * Math.PI);
      const centre = { x: middle.x + away * Math.cos(direction), y: middle.y + away * Math.sin(direction) };
      const brightness = random.uniform(0.6, 0.9);
      const index = pixelAt(frame, centre);
      if (index < 0 || outline.depth[index]! < 2 * radius) continue;
      const near = (other: Cyst) =>
        Math.hypot(other.centre.x - centre.x, other.centre.y - centre.y) < 1.9 * (other.radius + radius);
      if (cysts.some(near)) continue;
      visitDisc(frame, centre, 1.7 * radius, (pixel, distance) => {
        const cover = brightness * smoothstep(1.5 * radius, 0.45 * radius, distance);
        keratin[pixel] = Math.max(keratin[pixel]!, cover);
        melanin[pixel]! *= 1 - 0.4 * cover;
      });
      cysts.push({ centre, radius });
    }
  }
  return { cysts, place };
}
