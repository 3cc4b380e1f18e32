/**
 * Where the clusters start: the square grid of scikit-image, the hexagonal one of EPFL's program, and the
 * move to the lowest gradient nearby. Leans on nothing but types.
 */
import type { Size } from '@lesion/core';

/** Seeds in reading order and the geometry that the clustering needs. */
export interface Seeds {
  /** Row of each seed, in pixels. */
  rows: Float64Array;
  /** Column of each seed, in pixels. */
  columns: Float64Array;
  /** Grid step that weighs space against colour, in pixels. */
  step: number;
  /** Grid steps down and across in which windows are measured, in pixels. */
  windowStep: { row: number; column: number };
  /** Seeds down and across. */
  shape: { rows: number; columns: number };
}

interface Axis {
  start: number;
  step: number;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * A grid of about `count` points with cells as close to square as fits: a side shorter than the step is
 * covered by one point, and the other has them all.
 */
export function regularGrid(size: Size, count: number): { row: Axis; column: Axis } {
  const { height, width } = size;
  if (height * width <= count) return { row: { start: 0, step: 1 }, column: { start: 0, step: 1 } };
  const short = Math.min(height, width);
  const long = Math.max(height, width);
  const square = Math.sqrt((height * width) / count);
  const axis = (step: number): Axis => ({ start: Math.floor(step / 2), step: roundHalfToEven(step) });
  const alongShort = axis(Math.min(short, square));
  const alongLong = axis(short < square ? long / count : square);
  return height <= width ? { row: alongShort, column: alongLong } : { row: alongLong, column: alongShort };
}

/** The square grid: seeds at half a step, one and a half steps, and so on. */
export function squareSeeds(size: Size, count: number): Seeds {
  const grid = regularGrid(size, count);
  const along = (length: number, axis: Axis): number => Math.ceil((length - axis.start) / axis.step);
  const shape = { rows: along(size.height, grid.row), columns: along(size.width, grid.column) };
  const total = shape.rows * shape.columns;
  const rows = new Float64Array(total);
  const columns = new Float64Array(total);
  for (let i = 0; i < total; i++) {
    rows[i] = grid.row.start + Math.floor(i / shape.columns) * grid.row.step;
    columns[i] = grid.column.start + (i % shape.columns) * grid.column.step;
  }
  // Windows follow the grid for the number of seeds there are, which may differ from the number asked for.
  const actual = regularGrid(size, total);
  return {
    rows,
    columns,
    step: Math.max(1, grid.row.step, grid.column.step),
    windowStep: { row: actual.row.step, column: actual.column.step },
    shape,
  };
}

/** The hexagonal grid: whole strips of one step, the rest spread over them, odd rows half a step to the right. */
export function hexagonalSeeds(size: Size, count: number): Seeds {
  const { height, width } = size;
  const step = Math.max(1, Math.floor(Math.sqrt(Math.floor(0.5 + (height * width) / count)) + 0.5));
  const strips = (length: number): number => {
    const rounded = Math.floor(0.5 + length / step);
    return Math.max(1, length < step * rounded ? rounded - 1 : rounded);
  };
  const shape = { rows: strips(height), columns: strips(width) };
  const extraRow = (height - step * shape.rows) / shape.rows;
  const extraColumn = (width - step * shape.columns) / shape.columns;
  const offset = Math.floor(step / 2);
  const total = shape.rows * shape.columns;
  const rows = new Float64Array(total);
  const columns = new Float64Array(total);
  for (let i = 0; i < total; i++) {
    const row = Math.floor(i / shape.columns);
    const column = i % shape.columns;
    const shifted = offset * (1 + (row % 2));
    // A side shorter than one step makes the extra negative, hence the floor at 0.
    rows[i] = Math.min(height - 1, Math.max(0, row * step + offset + Math.floor(row * extraRow)));
    columns[i] = Math.min(width - 1, Math.max(0, column * step + shifted + Math.floor(column * extraColumn)));
  }
  return { rows, columns, step, windowStep: { row: step, column: step }, shape };
}

/**
 * Moves each seed to the lowest squared colour gradient among the 3x3 pixels around it, so that none starts
 * on an edge or a hair (Achanta et al. 2012, section 3.1). A seed stays where a move gains nothing; pixels
 * on the image's border have no gradient and are not chosen.
 *
 * @param colorAt The value of one channel of the pixel at row `y`, column `x`.
 */
export function perturbSeeds(
  seeds: Seeds,
  colorAt: (y: number, x: number, channel: number) => number,
  size: Size,
): void {
  const { height, width } = size;
  const gradient = (y: number, x: number): number => {
    if (y < 1 || x < 1 || y >= height - 1 || x >= width - 1) return Number.POSITIVE_INFINITY;
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) {
      const across = colorAt(y, x + 1, channel) - colorAt(y, x - 1, channel);
      const down = colorAt(y + 1, x, channel) - colorAt(y - 1, x, channel);
      sum += across * across + down * down;
    }
    return sum;
  };
  for (let i = 0; i < seeds.rows.length; i++) {
    const row = seeds.rows[i]!;
    const column = seeds.columns[i]!;
    let lowest = gradient(row, column);
    for (let y = row - 1; y <= row + 1; y++) {
      for (let x = column - 1; x <= column + 1; x++) {
        const value = gradient(y, x);
        if (value < lowest) {
          lowest = value;
          seeds.rows[i] = y;
          seeds.columns[i] = x;
        }
      }
    }
  }
}
