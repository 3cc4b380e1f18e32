/**
 * The frame that everything synthetic is drawn in. Positions and lengths are in units of the image's
 * short side with the origin in its centre, so that one seed draws the same lesion at every size.
 */
import type { Size } from '@lesion/core';

/** A position in units of the short side, x to the right, y down, from the image's centre. */
export interface Point {
  x: number;
  y: number;
}

/** An image size with its unit of length. */
export interface Frame extends Size {
  /** Pixels a unit: the short side. */
  unit: number;
}

/** Pixel layers that light passes through on its way to the camera and back, each `[height, width]`. */
export interface Layers {
  frame: Frame;
  /** Optical density of melanin near the surface, 0 and up. */
  melanin: Float32Array;
  /** Optical density of blood, 0 and up. */
  blood: Float32Array;
  /** Cover by the blue-grey that melanin deep in the skin shows as, 0 to 1. */
  veil: Float32Array;
  /** Cover by keratin, white to yellow, 0 to 1. */
  keratin: Float32Array;
}

/** The frame of an image size. */
export function createFrame(size: Size): Frame {
  return { ...size, unit: Math.min(size.height, size.width) };
}

/** Empty layers for a frame. */
export function createLayers(frame: Frame): Layers {
  const length = frame.height * frame.width;
  return {
    frame,
    melanin: new Float32Array(length),
    blood: new Float32Array(length),
    veil: new Float32Array(length),
    keratin: new Float32Array(length),
  };
}

/** The x of a column's middle. */
export function xOf(frame: Frame, column: number): number {
  return (column + 0.5 - frame.width / 2) / frame.unit;
}

/** The y of a row's middle. */
export function yOf(frame: Frame, row: number): number {
  return (row + 0.5 - frame.height / 2) / frame.unit;
}

/** The index of the pixel that a position falls in, or -1 outside the image. */
export function pixelAt(frame: Frame, point: Point): number {
  const column = Math.floor(point.x * frame.unit + frame.width / 2);
  const row = Math.floor(point.y * frame.unit + frame.height / 2);
  if (column < 0 || row < 0 || column >= frame.width || row >= frame.height) return -1;
  return row * frame.width + column;
}

/**
 * Calls `visit` for each pixel of the image within `radius` of a position, with its distance to the
 * position in units.
 */
export function visitDisc(
  frame: Frame,
  centre: Point,
  radius: number,
  visit: (index: number, distance: number, dx: number, dy: number) => void,
): void {
  const centreColumn = centre.x * frame.unit + frame.width / 2 - 0.5;
  const centreRow = centre.y * frame.unit + frame.height / 2 - 0.5;
  const reach = radius * frame.unit;
  const top = Math.max(0, Math.ceil(centreRow - reach));
  const bottom = Math.min(frame.height - 1, Math.floor(centreRow + reach));
  const left = Math.max(0, Math.ceil(centreColumn - reach));
  const right = Math.min(frame.width - 1, Math.floor(centreColumn + reach));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const dx = (column - centreColumn) / frame.unit;
      const dy = (row - centreRow) / frame.unit;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance <= radius) visit(row * frame.width + column, distance, dx, dy);
    }
  }
}

/** A line through points whose width may change from one end to the other. */
export interface Stroke {
  points: Point[];
  /** Width at the first point, in units. */
  width: number;
  /** Width at the last point, in units. @default width */
  endWidth?: number | undefined;
  /** Width of the soft rim on each side, in units, on top of the half pixel of anti-aliasing. @default 0 */
  softness?: number | undefined;
}

/** Draws a stroke into a layer of cover, keeping at each pixel the larger of old and new; [0, 1]. */
export function coverStroke(cover: Float32Array, frame: Frame, stroke: Stroke, strength = 1): void {
  const { points, width, endWidth = width, softness = 0 } = stroke;
  const segments = points.length - 1;
  const rim = Math.max(1, 2 * softness * frame.unit);
  for (let segment = 0; segment < segments; segment++) {
    const from = points[segment]!;
    const to = points[segment + 1]!;
    const startX = from.x * frame.unit + frame.width / 2 - 0.5;
    const startY = from.y * frame.unit + frame.height / 2 - 0.5;
    const alongX = (to.x - from.x) * frame.unit;
    const alongY = (to.y - from.y) * frame.unit;
    const squared = alongX * alongX + alongY * alongY || 1e-12;
    const startHalf = ((width + ((endWidth - width) * segment) / segments) * frame.unit) / 2;
    const endHalf = ((width + ((endWidth - width) * (segment + 1)) / segments) * frame.unit) / 2;
    const reach = Math.max(startHalf, endHalf) + rim;
    const top = Math.max(0, Math.ceil(Math.min(startY, startY + alongY) - reach));
    const bottom = Math.min(frame.height - 1, Math.floor(Math.max(startY, startY + alongY) + reach));
    const left = Math.max(0, Math.ceil(Math.min(startX, startX + alongX) - reach));
    const right = Math.min(frame.width - 1, Math.floor(Math.max(startX, startX + alongX) + reach));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const dx = column - startX;
        const dy = row - startY;
        const t = Math.min(1, Math.max(0, (dx * alongX + dy * alongY) / squared));
        const distance = Math.hypot(dx - t * alongX, dy - t * alongY);
        const half = startHalf + (endHalf - startHalf) * t;
        // A stroke thinner than a pixel covers a part of it only.
        const share = Math.min(1, 2 * half);
        const covered =
          strength * share * Math.min(1, Math.max(0, (Math.max(half, 0.5) - distance) / rim + 0.5));
        const index = row * frame.width + column;
        if (covered > cover[index]!) cover[index] = covered;
      }
    }
  }
}
