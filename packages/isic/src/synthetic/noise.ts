/**
 * Seeded noise on the plane: gradient noise (Perlin 2002, https://doi.org/10.1145/566654.566636) for
 * everything cloudy, cell borders (Worley 1996, https://doi.org/10.1145/237170.237267) for everything
 * meshed. Leans on @lesion/core's random numbers alone.
 */
import type { SeededRandom } from '@lesion/core';

const TABLE = 256;
const DIRECTIONS = 32;
/** Brings the range of gradient noise to about [-1, 1]. */
const GAIN = 1.5;

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

/** What {@link NoiseField.cell} found at a point; one object is written again and again. */
export interface Cell {
  /** Distance to the nearest cell's seed, in cells. */
  seedDistance: number;
  /** Distance to the border with the second nearest cell, in cells. */
  borderDistance: number;
  /** A random number in [0, 1) that belongs to the nearest cell. */
  value: number;
}

/** One endless field of noise, repeatable from its random stream. */
export class NoiseField {
  readonly #permutation = new Uint8Array(TABLE * 2);
  readonly #gradientX = new Float64Array(DIRECTIONS);
  readonly #gradientY = new Float64Array(DIRECTIONS);
  readonly #jitter = new Float64Array(TABLE);

  constructor(random: SeededRandom) {
    const order = random.shuffle(Array.from({ length: TABLE }, (_, i) => i));
    this.#permutation.set(order);
    this.#permutation.set(order, TABLE);
    for (let i = 0; i < DIRECTIONS; i++) {
      const angle = (2 * Math.PI * i) / DIRECTIONS;
      this.#gradientX[i] = Math.cos(angle);
      this.#gradientY[i] = Math.sin(angle);
    }
    for (let i = 0; i < TABLE; i++) this.#jitter[i] = random.next();
  }

  /** Gradient noise, about [-1, 1], one bump a unit. */
  value(x: number, y: number): number {
    const permutation = this.#permutation;
    const floorX = Math.floor(x);
    const floorY = Math.floor(y);
    const dx = x - floorX;
    const dy = y - floorY;
    const column = floorX & 255;
    const row = floorY & 255;
    const left = permutation[column]!;
    const right = permutation[(column + 1) & 255]!;
    const fadeX = fade(dx);
    const topLeft = permutation[left + row]! & 31;
    const topRight = permutation[right + row]! & 31;
    const bottomLeft = permutation[left + ((row + 1) & 255)]! & 31;
    const bottomRight = permutation[right + ((row + 1) & 255)]! & 31;
    const gradientX = this.#gradientX;
    const gradientY = this.#gradientY;
    const a = gradientX[topLeft]! * dx + gradientY[topLeft]! * dy;
    const b = gradientX[topRight]! * (dx - 1) + gradientY[topRight]! * dy;
    const c = gradientX[bottomLeft]! * dx + gradientY[bottomLeft]! * (dy - 1);
    const d = gradientX[bottomRight]! * (dx - 1) + gradientY[bottomRight]! * (dy - 1);
    const top = a + fadeX * (b - a);
    const bottom = c + fadeX * (d - c);
    return GAIN * (top + fade(dy) * (bottom - top));
  }

  /** Octaves of {@link value}, each twice as fine and half as strong as the one before; about [-1, 1]. */
  cloud(x: number, y: number, octaves: number): number {
    let sum = 0;
    let strength = 1;
    let total = 0;
    for (let octave = 0; octave < octaves; octave++) {
      // An offset for each octave, so that the lattice points, where the noise is 0, do not line up.
      sum += strength * this.value(x + octave * 17.31, y - octave * 9.73);
      total += strength;
      strength *= 0.5;
      x *= 2;
      y *= 2;
    }
    return sum / total;
  }

  /** Thin lines where the noise crosses zero: 1 on a line, falling to 0 beside it; [0, 1]. */
  ridge(x: number, y: number, octaves: number): number {
    const distance = 1 - 3 * Math.abs(this.cloud(x, y, octaves));
    return Math.max(0, distance);
  }

  /** The cell of a jittered grid of unit cells in which a point lies, written to `cell`. */
  cell(x: number, y: number, cell: Cell): void {
    const permutation = this.#permutation;
    const jitter = this.#jitter;
    const floorX = Math.floor(x);
    const floorY = Math.floor(y);
    let nearest = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    let nearestX = 0;
    let nearestY = 0;
    let secondX = 0;
    let secondY = 0;
    let value = 0;
    for (let row = floorY - 1; row <= floorY + 1; row++) {
      for (let column = floorX - 1; column <= floorX + 1; column++) {
        const hash = permutation[permutation[column & 255]! + (row & 255)]!;
        const seedX = column + 0.15 + 0.7 * jitter[hash]!;
        const seedY = row + 0.15 + 0.7 * jitter[permutation[hash]!]!;
        const squared = (seedX - x) * (seedX - x) + (seedY - y) * (seedY - y);
        if (squared < nearest) {
          second = nearest;
          secondX = nearestX;
          secondY = nearestY;
          nearest = squared;
          nearestX = seedX;
          nearestY = seedY;
          value = hash / TABLE;
        } else if (squared < second) {
          second = squared;
          secondX = seedX;
          secondY = seedY;
        }
      }
    }
    cell.seedDistance = Math.sqrt(nearest);
    cell.borderDistance = (second - nearest) / (2 * Math.hypot(secondX - nearestX, secondY - nearestY));
    cell.value = value;
  }
}

/** 0 up to `from`, 1 beyond `to`, smooth between; `from` may lie above `to`. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = (value - from) / (to - from);
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  return t * t * (3 - 2 * t);
}
