/**
 * Label maps with their labels squeezed to 0, 1, 2, ..., so that tables a label stay small whatever numbers
 * a file holds. Leans on `@lesion/core`.
 */
import { contiguousData, type LabelMap } from '@lesion/core';

/** The labels that occur, and each pixel's place among them. */
export interface DenseLabels {
  /** Place of each pixel's label in `values`, row by row. */
  indexes: Int32Array;
  /** The labels that occur, lowest first. */
  values: Int32Array;
}

/** Squeezes a label map; linear in the number of pixels. The map's own data is used where it needs no squeezing. */
export function denseLabels(labels: LabelMap): DenseLabels {
  const data = contiguousData(labels);
  let largest = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! > largest) largest = data[i]!;
  // A table of all numbers up to the largest is fast; only wild numbers need a map.
  if (largest > 4 * data.length + 65_536) return denseByMap(data);
  const places = new Int32Array(largest + 1);
  for (let i = 0; i < data.length; i++) places[data[i]!] = 1;
  let count = 0;
  for (let label = 0; label <= largest; label++) count += places[label]!;
  const values = new Int32Array(count);
  for (let label = 0, place = 0; label <= largest; label++) {
    if (places[label] === 0) continue;
    places[label] = place;
    values[place++] = label;
  }
  if (count === largest + 1) return { indexes: data, values };
  return { indexes: data.map((label) => places[label]!), values };
}

function denseByMap(data: Int32Array): DenseLabels {
  const values = Int32Array.from(new Set(data)).sort();
  const places = new Map<number, number>();
  for (let place = 0; place < values.length; place++) places.set(values[place]!, place);
  return { indexes: data.map((label) => places.get(label)!), values };
}
