/**
 * The body of a synthetic lesion: how large, how irregular and how coloured each diagnosis is.
 * Leans on ./frame, ./noise and ./outline.
 */
import type { LesionClass, SeededRandom } from '@lesion/core';
import { type Frame, type Layers, type Point, visitDisc, xOf, yOf } from './frame.js';
import { type Cell, NoiseField, smoothstep } from './noise.js';
import type { Outline, OutlineShape } from './outline.js';

type Range = readonly [min: number, max: number];

/** What tells the diagnoses apart; lengths in units of the short side, densities as in `Layers`. */
interface Recipe {
  radius: Range;
  elongation: Range;
  irregularity: Range;
  roughness: Range;
  /** Half width of the soft border. */
  edge: Range;
  /** Density of melanin in the middle. */
  melanin: Range;
  /** How much the density changes over large clumps, against its mean. */
  variegation: Range;
  /** How much the density changes over fine grain, against its mean. */
  grain: Range;
  /** How much darker than its rim the middle is, against the mean; negative for a dark rim. */
  core: Range;
  blood: Range;
}

const RECIPES: Record<LesionClass, Recipe> = {
  melanoma: {
    radius: [0.2, 0.36],
    elongation: [1, 1.5],
    irregularity: [0.16, 0.34],
    roughness: [0.025, 0.055],
    edge: [0.02, 0.06],
    melanin: [0.6, 1.4],
    variegation: [0.5, 0.85],
    grain: [0.3, 0.6],
    core: [-0.2, 0.5],
    blood: [0.05, 0.3],
  },
  seborrheic_keratosis: {
    radius: [0.17, 0.33],
    elongation: [1, 1.45],
    irregularity: [0.06, 0.2],
    roughness: [0.01, 0.03],
    edge: [0.004, 0.01],
    melanin: [0.4, 1.3],
    variegation: [0.3, 0.7],
    grain: [0.15, 0.35],
    core: [-0.35, 0.05],
    blood: [0, 0.16],
  },
  nevus: {
    radius: [0.11, 0.31],
    elongation: [1, 1.5],
    irregularity: [0.03, 0.17],
    roughness: [0.008, 0.03],
    edge: [0.02, 0.075],
    melanin: [0.45, 1.5],
    variegation: [0.15, 0.5],
    grain: [0.25, 0.55],
    core: [-0.1, 1],
    blood: [0, 0.2],
  },
};

function within(random: SeededRandom, range: Range): number {
  return random.uniform(range[0], range[1]);
}

/** Draws place, size and shape of a lesion's outline. */
export function drawOutlineShape(frame: Frame, diagnosis: LesionClass, random: SeededRandom): OutlineShape {
  const recipe = RECIPES[diagnosis];
  // Below some dozen pixels no structure could be seen in the lesion.
  const smallest = 13 / frame.unit;
  return {
    centre: { x: random.uniform(-0.1, 0.1), y: random.uniform(-0.07, 0.07) },
    radius: Math.min(0.36, Math.max(smallest, within(random, recipe.radius))),
    elongation: within(random, recipe.elongation),
    irregularity: within(random, recipe.irregularity),
    roughness: within(random, recipe.roughness),
  };
}

/** Paints the lesion's body: pigment that fades over its border, and what the diagnosis adds to it. */
export function paintLesion(
  layers: Layers,
  outline: Outline,
  diagnosis: LesionClass,
  random: SeededRandom,
): void {
  const recipe = RECIPES[diagnosis];
  paintBody(layers, outline, recipe, random.fork('body'));
  switch (diagnosis) {
    case 'melanoma':
      paintColours(layers, outline, random.fork('colours'));
      break;
    case 'seborrheic_keratosis':
      paintWax(layers, outline, random.fork('wax'));
      paintOpenings(layers, outline, random.fork('openings'));
      break;
    case 'nevus':
      if (random.chance(0.4)) paintGlobules(layers, outline, random.fork('globules'));
      break;
  }
}

function paintBody(layers: Layers, outline: Outline, recipe: Recipe, random: SeededRandom): void {
  const { frame, melanin, blood } = layers;
  const noise = new NoiseField(random);
  const edge = Math.max(within(random, recipe.edge), 0.8 / frame.unit);
  const density = within(random, recipe.melanin);
  const variegation = within(random, recipe.variegation);
  const grain = within(random, recipe.grain);
  const core = within(random, recipe.core);
  const red = within(random, recipe.blood);
  const clumps = random.uniform(5, 9);
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const index = row * frame.width + column;
      const depth = outline.depth[index]!;
      if (depth < -2.5 * edge) continue;
      const x = xOf(frame, column);
      const clump = noise.cloud(x * clumps + 11.9, y * clumps - 4.3, 3);
      // Bent by the clumps, grain runs in swirls instead of lying evenly.
      const fine = noise.cloud(x * 26 + 1.5 * clump, y * 26 - 1.5 * clump, 3);
      // Noise moves the border in and out by a part of its own softness: pigment ends in tatters.
      const cover = smoothstep(-edge, edge, depth + edge * (0.8 * clump + 0.7 * fine));
      if (cover === 0) continue;
      const profile = 1 + core * (Math.min(1, depth / outline.radius) - 0.4);
      const texture =
        1 +
        variegation * clump +
        grain * fine +
        0.6 * grain * noise.value(x * 90 + 2 * fine, y * 90 - 2 * fine);
      melanin[index]! += cover * density * Math.max(0.3, profile * texture);
      blood[index]! += cover * red * (1 + 0.5 * clump);
    }
  }
}

/** The patches of other colours that a melanoma shows, each with its colour's layers. */
const PATCH_COLOURS = [
  { name: 'black', melanin: 2, blood: 0, veil: 0 },
  { name: 'blue-grey', melanin: 0.25, blood: 0.05, veil: 0.7 },
  { name: 'red', melanin: -0.4, blood: 0.18, veil: 0 },
  { name: 'white', melanin: -0.8, blood: -0.1, veil: 0.12 },
  { name: 'dark brown', melanin: 0.9, blood: 0.05, veil: 0 },
];

function paintColours(layers: Layers, outline: Outline, random: SeededRandom): void {
  const { frame, melanin, blood, veil } = layers;
  const noise = new NoiseField(random);
  // Black and blue-grey are what a melanoma is known by; one or two further colours join them.
  const others = random.sample(PATCH_COLOURS.slice(2), 1 + random.integer(2));
  const away = random.uniform(0, 2 * Math.PI);
  for (const [turn, colour] of [...PATCH_COLOURS.slice(0, 2), ...others].entries()) {
    const angle = away + turn * 2.1 + random.uniform(-0.5, 0.5);
    const distance = outline.radius * random.uniform(0.3, 0.75);
    const centre: Point = {
      x: outline.centre.x + distance * Math.cos(angle),
      y: outline.centre.y + distance * Math.sin(angle),
    };
    const radius = outline.radius * random.uniform(0.45, 0.8);
    const strength = random.uniform(0.65, 1);
    const offset = turn * 13.7;
    visitDisc(frame, centre, 1.6 * radius, (index, away, dx, dy) => {
      const inside = smoothstep(-0.01, 0.03, outline.depth[index]!);
      if (inside === 0) return;
      const ragged = away / radius + 0.8 * noise.cloud(dx * 9 + offset, dy * 9 - offset, 4);
      const weight = strength * inside * smoothstep(1, 0.2, ragged);
      if (weight === 0) return;
      const density = colour.melanin;
      melanin[index] = Math.max(0.05, melanin[index]! * (density < 0 ? 1 + density * weight : 1));
      if (density > 0) melanin[index]! += density * weight;
      blood[index] = Math.max(0, blood[index]! + colour.blood * weight);
      veil[index] = Math.max(veil[index]!, colour.veil * weight);
    });
  }
}

/** Dull keratin in bumps, parted by dark fissures. */
function paintWax(layers: Layers, outline: Outline, random: SeededRandom): void {
  const { frame, melanin, keratin } = layers;
  const noise = new NoiseField(random);
  const dullness = random.uniform(0.12, 0.4);
  const fissures = random.uniform(0.15, 0.6);
  const bumps = random.uniform(13, 30);
  const relief = random.uniform(0.2, 0.8);
  const cell: Cell = { seedDistance: 0, borderDistance: 0, value: 0 };
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const index = row * frame.width + column;
      const inside = smoothstep(-0.004, 0.012, outline.depth[index]!);
      if (inside === 0) continue;
      const x = xOf(frame, column);
      const bend = 0.35 * noise.value(x * 30, y * 30);
      noise.cell(x * bumps + bend, y * bumps - bend, cell);
      const bump = smoothstep(0.75, 0.1, cell.seedDistance);
      const fissure = noise.ridge(x * 9 - 3.1, y * 9 + 8.7, 3);
      keratin[index] = Math.max(
        keratin[index]!,
        inside * dullness * (0.8 + relief * (bump - 0.5)) * (1 + 0.9 * noise.cloud(x * 5, y * 5, 3)),
      );
      melanin[index]! += inside * fissures * (fissure - 0.4 * relief * bump + (cell.value - 0.5) * 0.4);
      if (melanin[index]! < 0.05) melanin[index] = 0.05;
    }
  }
}

/** Comedo-like openings: round dark plugs. */
function paintOpenings(layers: Layers, outline: Outline, random: SeededRandom): void {
  const { frame, melanin } = layers;
  const count = 4 + random.integer(18);
  for (let opening = 0; opening < count; opening++) {
    const angle = random.uniform(0, 2 * Math.PI);
    const distance = outline.radius * Math.sqrt(random.next()) * 0.9;
    const centre: Point = {
      x: outline.centre.x + distance * Math.cos(angle),
      y: outline.centre.y + distance * Math.sin(angle),
    };
    const radius = Math.max(random.uniform(0.006, 0.017), 1.2 / frame.unit);
    const density = random.uniform(0.7, 1.8);
    const stretch = random.uniform(-0.35, 0.35);
    visitDisc(frame, centre, 1.8 * radius, (index, _away, dx, dy) => {
      if (outline.depth[index]! < radius) return;
      const away = Math.hypot(dx * (1 + stretch), dy * (1 - stretch));
      melanin[index]! += density * smoothstep(1.25 * radius, 0.5 * radius, away);
    });
  }
}

/** Round brown dots in even rows, the globular pattern of a young nevus. */
function paintGlobules(layers: Layers, outline: Outline, random: SeededRandom): void {
  const { frame, melanin } = layers;
  const noise = new NoiseField(random);
  const perUnit = Math.min(random.uniform(26, 38), frame.unit / 5);
  const density = random.uniform(0.15, 0.45);
  const cell: Cell = { seedDistance: 0, borderDistance: 0, value: 0 };
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const index = row * frame.width + column;
      const inside = smoothstep(0, 0.03, outline.depth[index]!);
      if (inside === 0) continue;
      const x = xOf(frame, column);
      const patchy = smoothstep(-0.3, 0.5, noise.cloud(x * 7, y * 7, 2));
      noise.cell(x * perUnit, y * perUnit, cell);
      const size = 0.3 + 0.2 * cell.value;
      melanin[index]! +=
        inside * patchy * density * (0.5 + cell.value) * smoothstep(size, 0.3 * size, cell.seedDistance);
    }
  }
}
