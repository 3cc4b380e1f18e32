/**
 * From layers of pigment to camera values: absorption after Beer and Lambert, light that falls off over
 * the frame, white balance, sensor noise, the dark rim of the dermatoscope. Leans on ./frame and ./noise.
 */
import { createRgbImage, type RgbImage, type SeededRandom } from '@lesion/core';
import { type Frame, type Layers, xOf, yOf } from './frame.js';
import { NoiseField, smoothstep } from './noise.js';

/** Light that pigment-free skin sends back, by channel. */
const DERMIS = [0.95, 0.88, 0.81] as const;
/** Absorption by blood, by channel, in units of melanin's in green. */
const BLOOD = [0.1, 0.95, 0.72] as const;
const BLUE_GREY = [0.43, 0.44, 0.5] as const;
/** Thin keratin looks tan, a plug of it white. */
const THIN_KERATIN = [0.66, 0.53, 0.41] as const;
const THICK_KERATIN = [0.97, 0.92, 0.8] as const;
/** Light reflected by the surface, which keeps black from being quite black. */
const SURFACE = 0.045;

/** Turns layers into RGB light, `[height, width, 3]`, about 0 to 1. */
export function lightThrough(layers: Layers, random: SeededRandom): Float32Array {
  const { frame, melanin, blood, veil, keratin } = layers;
  const noise = new NoiseField(random);
  const warmth = random.uniform(-0.13, 0.03);
  const tint = random.uniform(-0.03, 0.03);
  const exposure = random.uniform(0.8, 1.1);
  const gain = [exposure * (1 + warmth), exposure * (1 + tint), exposure * (1 - 0.9 * warmth)] as const;
  // Melanin's, chosen by eye: rising density runs from tan through brown to black, now more yellow, now more grey.
  const absorption = [random.uniform(0.46, 0.64), 1, random.uniform(1.35, 1.8)] as const;
  const slopeX = random.uniform(-0.12, 0.12);
  const slopeY = random.uniform(-0.12, 0.12);
  const falloff = random.uniform(0, 0.28);
  const light = new Float32Array(melanin.length * 3);
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row);
    for (let column = 0; column < frame.width; column++) {
      const x = xOf(frame, column);
      const index = row * frame.width + column;
      const shade =
        1 + slopeX * x + slopeY * y - falloff * (x * x + y * y) + 0.035 * noise.cloud(x * 2, y * 2, 2);
      const m = melanin[index]!;
      const b = blood[index]!;
      const deep = veil[index]!;
      const dull = keratin[index]!;
      const muted = Math.exp(-0.22 * m);
      for (let channel = 0; channel < 3; channel++) {
        let value = DERMIS[channel]! * Math.exp(-absorption[channel]! * m - BLOOD[channel]! * b);
        value += deep * (BLUE_GREY[channel]! * muted - value);
        const keratinous = THIN_KERATIN[channel]! + dull * (THICK_KERATIN[channel]! - THIN_KERATIN[channel]!);
        value += dull * (keratinous - value);
        light[index * 3 + channel] = shade * gain[channel]! * (SURFACE + (1 - SURFACE) * value);
      }
    }
  }
  return light;
}

/** Darkens what lies outside the dermatoscope's round window, or only the corners. */
export function darkenRim(light: Float32Array, frame: Frame, random: SeededRandom): boolean {
  const window = random.chance(0.25);
  const corner = Math.hypot(frame.width, frame.height) / (2 * frame.unit);
  const radius = corner * (window ? random.uniform(0.84, 0.93) : random.uniform(0.95, 1.1));
  const softness = window ? random.uniform(0.006, 0.02) : random.uniform(0.12, 0.3);
  const strength = window ? 0.95 : random.chance(0.6) ? random.uniform(0.2, 0.85) : 0;
  const centreX = random.uniform(-0.03, 0.03);
  const centreY = random.uniform(-0.03, 0.03);
  for (let row = 0; row < frame.height; row++) {
    const y = yOf(frame, row) - centreY;
    for (let column = 0; column < frame.width; column++) {
      const x = xOf(frame, column) - centreX;
      const kept = 1 - strength * smoothstep(radius - softness, radius + softness, Math.sqrt(x * x + y * y));
      if (kept === 1) continue;
      const index = (row * frame.width + column) * 3;
      light[index]! *= kept;
      light[index + 1]! *= kept;
      light[index + 2]! *= kept;
    }
  }
  return window;
}

/** Adds sensor noise and rounds light to an 8-bit image. */
export function expose(light: Float32Array, frame: Frame, random: SeededRandom): RgbImage {
  // A table of normal numbers read at random places costs a fraction of fresh ones.
  const table = Float32Array.from({ length: 1024 }, () => random.normal());
  const brightness = random.uniform(0.8, 2.2);
  const colour = 0.5 * brightness;
  const pixels = new Uint8Array(light.length);
  for (let i = 0; i < light.length; i += 3) {
    const bits = random.uint32();
    const grey = brightness * table[bits & 1023]!;
    const red = colour * table[(bits >>> 10) & 1023]!;
    const blue = colour * table[(bits >>> 20) & 1023]!;
    pixels[i] = toByte(light[i]! * 255 + grey + red);
    pixels[i + 1] = toByte(light[i + 1]! * 255 + grey);
    pixels[i + 2] = toByte(light[i + 2]! * 255 + grey + blue);
  }
  return createRgbImage(frame, pixels);
}

function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}
