/**
 * The border of a synthetic lesion: an ellipse whose radius is disturbed by a few harmonics and whose
 * plane is bent by noise. Leans on ./frame and ./noise.
 */
import type { SeededRandom } from '@lesion/core';
import { type Frame, type Point, pixelAt, xOf, yOf } from './frame.js';
import { NoiseField } from './noise.js';

/** How irregular an outline is. */
export interface OutlineShape {
  centre: Point;
  /** Mean radius in units of the short side. */
  radius: number;
  /** Long axis over short axis. */
  elongation: number;
  /** Strength of the harmonics against the radius; 0 is an ellipse. */
  irregularity: number;
  /** How far noise bends the border, in units. */
  roughness: number;
}

/** A drawn outline. */
export interface Outline extends OutlineShape {
  /** How far inside the border each pixel lies along its radius, in units; negative outside. */
  depth: Float32Array;
}

const STEPS = 720;
const HARMONICS = 7;

/** The radius for each of {@link STEPS} angles and one more that closes the circle. */
function radii(shape: OutlineShape, random: SeededRandom): Float64Array {
  const orientation = random.uniform(0, Math.PI);
  const waves = Array.from({ length: HARMONICS - 1 }, (_, i) => ({
    order: i + 2,
    strength: (shape.irregularity * random.uniform(0.4, 1)) / (i + 2) ** 0.95,
    phase: random.uniform(0, 2 * Math.PI),
  }));
  const stretch = Math.sqrt(shape.elongation);
  const out = new Float64Array(STEPS + 1);
  for (let step = 0; step <= STEPS; step++) {
    const angle = (2 * Math.PI * (step % STEPS)) / STEPS;
    const turned = angle - orientation;
    const ellipse = 1 / Math.hypot(Math.cos(turned) / stretch, Math.sin(turned) * stretch);
    let disturbance = 0;
    for (const { order, strength, phase } of waves) disturbance += strength * Math.cos(order * angle + phase);
    // The exponential keeps the radius positive however strong the harmonics are.
    out[step] = shape.radius * ellipse * Math.exp(disturbance);
  }
  return out;
}

/** Draws an outline into a map of depths. */
export function createOutline(frame: Frame, shape: OutlineShape, random: SeededRandom): Outline {
  const table = radii(shape, random);
  const noise = new NoiseField(random);
  const depth = new Float32Array(frame.height * frame.width);
  const { centre, roughness } = shape;
  const perAngle = STEPS / (2 * Math.PI);
  const reach = Math.max(...table) + 4 * roughness;
  for (let row = 0; row < frame.height; row++) {
    for (let column = 0; column < frame.width; column++) {
      let x = xOf(frame, column) - centre.x;
      let y = yOf(frame, row) - centre.y;
      if (Math.abs(x) < reach && Math.abs(y) < reach) {
        // Each octave bends by half as much at twice the frequency: too little to fold the plane, so that
        // the lesion stays in one piece without holes.
        const bendX = roughness * noise.cloud(x * 9 + 3.7, y * 9, 3);
        const bendY = roughness * noise.cloud(x * 9, y * 9 + 41.3, 3);
        x += bendX;
        y += bendY;
      }
      let angle = Math.atan2(y, x);
      if (angle < 0) angle += 2 * Math.PI;
      const place = Math.min(angle * perAngle, STEPS - 1e-9);
      const step = Math.floor(place);
      const radius = table[step]! + (place - step) * (table[step + 1]! - table[step]!);
      depth[row * frame.width + column] = radius - Math.sqrt(x * x + y * y);
    }
  }
  return { ...shape, depth };
}

/** Where the ray from the lesion's centre at an angle leaves the lesion, or `null` if it leaves the image first. */
export function borderAt(frame: Frame, outline: Outline, angle: number): Point | null {
  const step = 0.5 / frame.unit;
  const dx = Math.cos(angle);
  const dy = Math.sin(angle);
  for (let distance = 0; ; distance += step) {
    const point = { x: outline.centre.x + distance * dx, y: outline.centre.y + distance * dy };
    const index = pixelAt(frame, point);
    if (index < 0) return null;
    if (outline.depth[index]! <= 0) return point;
  }
}
