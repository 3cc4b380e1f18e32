/** What flows between layers while a model is written: a value of the graph, seen with the axes that tfjs gives it. */
import type { OnnxDimension, OnnxType } from './graph-builder.js';

/**
 * A value of the graph. Its `dims` are in tfjs's order (`[batch, height, width, channels]`); in the graph its axes may
 * lie in another one, which `order` tells.
 */
export interface OnnxValue {
  /** Its name in the graph. */
  readonly name: string;
  /** Sizes of its axes as tfjs counts them; a text where the size is known only at run time. */
  readonly dims: readonly OnnxDimension[];
  /** `order[i]` is the axis of `dims` that lies at place i in the graph: `[0, 3, 1, 2]` for images, channels first. */
  readonly order: readonly number[];
  readonly type: OnnxType;
  /** Whether no element can be below zero, as behind a ReLU. */
  readonly nonNegative: boolean;
  /** Set where the value is another one with zeros around it that are not written yet. */
  readonly padded?: ZeroPadded;
}

export interface ZeroPadded {
  readonly value: OnnxValue;
  /** Zeros before and behind, for each axis as tfjs counts them. */
  readonly pads: readonly (readonly [number, number])[];
}

/** Axes in tfjs's own order. */
export function plainOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** `[0, rank - 1, 1, …]`: the last axis comes second, as ONNX's convolutions want it. */
export function channelsFirstOrder(rank: number): number[] {
  return rank < 3 ? plainOrder(rank) : [0, rank - 1, ...plainOrder(rank).slice(1, -1)];
}

export function sameOrder(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((axis, place) => axis === b[place]);
}

/** Where an axis lies in the graph. */
export function placeOf(value: OnnxValue, axis: number): number {
  return value.order.indexOf(axis);
}

/** An axis counted from the front; negative ones count from behind. */
export function frontAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
