/** What lies between skin and camera: hairs, a ruler, bubbles in the gel, glare. Leans on ./frame and ./noise. */
import type { SeededRandom } from '@lesion/core';
import { coverStroke, type Frame, type Point, visitDisc } from './frame.js';
import { NoiseField, smoothstep } from './noise.js';

/** What was drawn over the skin. */
export interface Artefacts {
  hairs: number;
  ruler: boolean;
  bubbles: number;
}

type Colour = readonly [red: number, green: number, blue: number];

function blend(light: Float32Array, cover: Float32Array, colour: Colour): void {
  for (let i = 0; i < cover.length; i++) {
    const share = cover[i]!;
    if (share === 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const at = i * 3 + channel;
      light[at]! += share * (colour[channel]! - light[at]!);
    }
  }
}

/** Draws artefacts over the light: none, some or all of them. */
export function paintArtefacts(light: Float32Array, frame: Frame, random: SeededRandom): Artefacts {
  return {
    bubbles: paintBubbles(light, frame, random.fork('bubbles')),
    hairs: paintHairs(light, frame, random.fork('hairs')),
    ruler: paintRuler(light, frame, random.fork('ruler')),
  };
}

function paintHairs(light: Float32Array, frame: Frame, random: SeededRandom): number {
  const density = random.next();
  const count = density < 0.4 ? 0 : density < 0.75 ? 1 + random.integer(7) : 8 + random.integer(30);
  const paleness = random.next() ** 2;
  const direction = random.uniform(0, 2 * Math.PI);
  const disorder = random.uniform(0.2, 0.9);
  const thickness = random.uniform(0.0022, 0.005);
  const cover = new Float32Array(light.length / 3);
  const shadow = new Float32Array(light.length / 3);
  const extent = frame.width / frame.unit;
  const breadth = frame.height / frame.unit;
  for (let hair = 0; hair < count; hair++) {
    const points: Point[] = [];
    let x = random.uniform(-extent / 2, extent / 2);
    let y = random.uniform(-breadth / 2, breadth / 2);
    let angle = direction + disorder * random.normal();
    const curl = random.uniform(-2.2, 2.2);
    const change = random.uniform(-4, 4);
    const steps = 14 + random.integer(36);
    const stride = 0.028;
    for (let step = 0; step <= steps; step++) {
      points.push({ x, y });
      x += stride * Math.cos(angle);
      y += stride * Math.sin(angle);
      angle += stride * (curl + change * (step / steps - 0.5));
    }
    const width = thickness * random.uniform(0.6, 1.4);
    const strength = random.uniform(0.7, 0.95);
    coverStroke(cover, frame, { points, width, endWidth: width * 0.45 }, strength);
    const offset = points.map((point) => ({ x: point.x + 0.8 * width, y: point.y + 0.9 * width }));
    coverStroke(shadow, frame, { points: offset, width: 1.6 * width, softness: 0.003 }, 0.22);
  }
  blend(light, shadow, [0.3, 0.2, 0.16]);
  blend(light, cover, [0.1 + 0.28 * paleness, 0.08 + 0.17 * paleness, 0.08 + 0.08 * paleness]);
  return count;
}

function paintRuler(light: Float32Array, frame: Frame, random: SeededRandom): boolean {
  if (!random.chance(0.35)) return false;
  const cover = new Float32Array(light.length / 3);
  const width = Math.max(0.004, 1 / frame.unit);
  const strength = random.uniform(0.6, 0.9);
  const bottom = frame.height / (2 * frame.unit);
  const side = frame.width / (2 * frame.unit);
  if (random.chance(0.35)) {
    // The marks engraved in the window, seen along one edge.
    const left = random.chance(0.5) ? -1 : 1;
    const gap = random.uniform(0.06, 0.09);
    const slant = random.uniform(-0.12, 0.12);
    const first = -bottom + random.uniform(0, gap);
    for (let mark = 0, y = first; y < bottom; mark++, y += gap) {
      const length = mark % 5 === 0 ? 0.075 : 0.05;
      const x = left * (side - 0.015 - slant * y);
      coverStroke(
        cover,
        frame,
        {
          points: [
            { x, y },
            { x: x - left * length, y: y + slant * length },
          ],
          width,
        },
        strength,
      );
    }
  } else {
    // The scale bar that the software of a camera draws: a line, ticks upwards, the letters MM.
    const length = random.uniform(0.45, 0.7);
    const angle = random.chance(0.5) ? 0 : random.uniform(-0.6, 0.6);
    const alongX = Math.cos(angle);
    const alongY = Math.sin(angle);
    const rise = Math.abs(alongY) * length * 0.5;
    const centre = {
      x: random.uniform(-0.2, 0.2),
      y: (random.chance(0.8) ? 1 : -1) * Math.min(bottom - 0.06, Math.max(0.36, bottom - 0.05 - rise)),
    };
    const at = (along: number, up: number): Point => ({
      x: centre.x + along * alongX + up * alongY,
      y: centre.y + along * alongY - up * alongX,
    });
    const line = (points: Point[], lineWidth = width) =>
      coverStroke(cover, frame, { points, width: lineWidth }, strength);
    line([at(-length / 2, 0), at(length / 2, 0)]);
    const ticks = 10;
    for (let tick = 0; tick <= ticks; tick++) {
      const along = -length / 2 + (length * tick) / ticks;
      line([at(along, 0), at(along, tick % 5 === 0 ? 0.034 : 0.022)]);
    }
    for (const start of [-length / 2, -length / 2 + 0.032]) {
      const letter = [at(start, -0.036), at(start, -0.012), at(start + 0.011, -0.026)];
      line([...letter, at(start + 0.022, -0.012), at(start + 0.022, -0.036)], 0.8 * width);
    }
  }
  blend(light, cover, [0.13, 0.1, 0.1]);
  return true;
}

function paintBubbles(light: Float32Array, frame: Frame, random: SeededRandom): number {
  const count = random.chance(0.3) ? 1 + random.integer(6) : 0;
  const bright = new Float32Array(light.length / 3);
  const dark = new Float32Array(light.length / 3);
  const noise = new NoiseField(random);
  const anywhere = (): Point => ({
    x: random.uniform(-0.5, 0.5) * (frame.width / frame.unit),
    y: random.uniform(-0.5, 0.5) * (frame.height / frame.unit),
  });
  for (let bubble = 0; bubble < count; bubble++) {
    const centre = anywhere();
    const radius = random.uniform(0.008, 0.028);
    const from = random.uniform(0, 2 * Math.PI);
    const rim = Math.max(0.14 * radius, 0.9 / frame.unit);
    visitDisc(frame, centre, 1.4 * radius, (index, distance, dx, dy) => {
      const ring = smoothstep(rim, 0, Math.abs(distance - radius));
      const facing = 0.5 + 0.5 * Math.cos(Math.atan2(dy, dx) - from);
      bright[index] = Math.max(bright[index]!, 0.6 * ring * facing ** 3);
      dark[index] = Math.max(dark[index]!, 0.35 * ring * (1 - facing));
    });
  }
  if (random.chance(0.2)) {
    // Glare where the gel is missing: a patch of short white dashes.
    const centre = anywhere();
    const stretch = random.uniform(0.3, 0.8);
    visitDisc(frame, centre, 0.11, (index, distance, dx, dy) => {
      const dashes = smoothstep(0.42, 0.62, noise.cloud(dx * 70 * stretch, dy * 70, 2));
      bright[index] = Math.max(bright[index]!, 0.85 * dashes * smoothstep(0.11, 0.05, distance));
    });
  }
  blend(light, dark, [0.35, 0.25, 0.22]);
  blend(light, bright, [1, 1, 1]);
  return count;
}
