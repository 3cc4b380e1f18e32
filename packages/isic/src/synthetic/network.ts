/** Pigment network and negative network: a mesh of dark or of light lines. Leans on ./frame, ./noise and ./outline. */
import type { SeededRandom } from '@lesion/core';
import { type Layers, xOf, yOf } from './frame.js';
import { type Cell, NoiseField, smoothstep } from './noise.js';
import type { Outline } from './outline.js';

/** How a mesh changes the pigment under it. */
interface Mesh {
  /** Melanin added on the lines. */
  lineDensity: number;
  /** Share of the melanin that the lines leave. */
  lineShare: number;
  /** Share of the melanin that the holes leave. */
  holeShare: number;
  /** Half width of the lines, in cells. */
  lineWidth: number;
  cellsPerUnit: number;
  /** Cells are this much longer than wide. */
  stretch: number;
}

/** Where in the lesion a mesh lies. */
export interface MeshPlace {
  /** The direction from the lesion's centre, in radians. */
  direction: number;
  /** Whether the mesh keeps to the half of the lesion on that side. */
  half: boolean;
}

/** A ragged disc inside the lesion where a mesh shows: how strongly at each pixel, 0 to 1. */
function drawRegion(
  layers: Layers,
  outline: Outline,
  { direction, half }: MeshPlace,
  reach: readonly [number, number],
  random: SeededRandom,
): Float32Array {
  const { frame } = layers;
  const noise = new NoiseField(random);
  const radius = Math.max(outline.radius * random.uniform(reach[0], reach[1]), 0.06, 11 / frame.unit);
  const distance = outline.radius * random.uniform(0.2, 0.5);
  const cos = Math.cos(direction);
  const sin = Math.sin(direction);
  const out = new Float32Array(frame.height * frame.width);
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const index = row * frame.width + column;
      const inside = smoothstep(-0.012, 0.012, outline.depth[index]!);
      if (inside === 0) continue;
      const x = xOf(frame, column);
      const fromCentreX = x - outline.centre.x;
      const fromCentreY = y - outline.centre.y;
      const ragged = 0.2 * noise.cloud(x * 8, y * 8, 2);
      const away = Math.hypot(fromCentreX - distance * cos, fromCentreY - distance * sin) / radius + ragged;
      const side = (fromCentreX * cos + fromCentreY * sin) / outline.radius + ragged;
      const kept = half ? smoothstep(-0.06, 0.06, side) : 1;
      out[index] = inside * kept * smoothstep(1.12, 0.88, away);
    }
  }
  return out;
}

function paintMesh(layers: Layers, region: Float32Array, mesh: Mesh, random: SeededRandom): Uint8Array {
  const { frame, melanin } = layers;
  const noise = new NoiseField(random);
  const perUnit = Math.min(mesh.cellsPerUnit, frame.unit / 4.6);
  const lineWidth = Math.max(mesh.lineWidth, (0.7 * perUnit) / frame.unit);
  const direction = random.uniform(0, Math.PI);
  const cos = Math.cos(direction) * perUnit;
  const sin = Math.sin(direction) * perUnit;
  const cell: Cell = { seedDistance: 0, borderDistance: 0, value: 0 };
  const place = new Uint8Array(region.length);
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const index = row * frame.width + column;
      const strength = region[index]!;
      if (strength === 0) continue;
      if (strength > 0.5) place[index] = 1;
      const x = xOf(frame, column);
      // Clear in some spots, blurred in others, but nowhere gone.
      const clarity = 0.75 + 0.35 * noise.cloud(x * 11 - 8.3, y * 11 + 2.2, 2);
      const bend = 0.45 * noise.cloud(x * 20, y * 20, 2);
      noise.cell((x * cos + y * sin) / mesh.stretch + bend, y * cos - x * sin + bend, cell);
      const uneven = 1 + 0.45 * noise.cloud(x * 14 + 5.1, y * 14, 2);
      // Rounds the holes: straight borders alone would look like cracked glass.
      const toLine = Math.min(cell.borderDistance, 0.62 - cell.seedDistance);
      const line = smoothstep(lineWidth * uneven * 1.9, 0, toLine);
      const share = mesh.holeShare + (mesh.lineShare - mesh.holeShare) * line;
      const changed = melanin[index]! * share + mesh.lineDensity * line * uneven;
      melanin[index]! += strength * clarity * (changed - melanin[index]!);
    }
  }
  return place;
}

/**
 * Paints a pigment network (dark lines around light holes) and gives its place, 0 or 1 a pixel.
 * Where `taken` is 1, none is painted.
 */
export function paintPigmentNetwork(
  layers: Layers,
  outline: Outline,
  meshPlace: MeshPlace,
  taken: Uint8Array,
  random: SeededRandom,
): Uint8Array {
  const region = drawRegion(layers, outline, meshPlace, [0.75, 1.4], random.fork('region'));
  for (let i = 0; i < region.length; i++) if (taken[i]) region[i] = 0;
  const mesh: Mesh = {
    lineDensity: random.uniform(0.2, 0.42),
    lineShare: 1,
    holeShare: random.uniform(0.62, 0.8),
    lineWidth: random.uniform(0.15, 0.22),
    cellsPerUnit: random.uniform(42, 56),
    stretch: random.uniform(1, 1.35),
  };
  return paintMesh(layers, region, mesh, random.fork('mesh'));
}

/** Paints a negative network (light lines around dark holes) and gives its place, 0 or 1 a pixel. */
export function paintNegativeNetwork(
  layers: Layers,
  outline: Outline,
  meshPlace: MeshPlace,
  random: SeededRandom,
): Uint8Array {
  const region = drawRegion(layers, outline, meshPlace, [0.4, 0.7], random.fork('region'));
  const mesh: Mesh = {
    lineDensity: 0,
    lineShare: random.uniform(0.35, 0.5),
    holeShare: random.uniform(1, 1.2),
    lineWidth: random.uniform(0.17, 0.24),
    cellsPerUnit: random.uniform(32, 44),
    stretch: random.uniform(1.3, 1.8),
  };
  return paintMesh(layers, region, mesh, random.fork('mesh'));
}
