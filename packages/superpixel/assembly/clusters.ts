// The k-means of src/clusters.ts: the same operations in the same order on each number, so that both give the
// same labels. Tiles of 8x8 pixels; clusters that cannot win any pixel of a tile are passed over by bounds that
// rounding keeps valid: subtraction, squares, sums and quotients all round monotonically.

const TILE: i32 = 8;
const BIN: i32 = 16;

// Clusters that a tile has met and that are remembered, to look for them in it afterwards.
const MET: i32 = 64;

// Bytes of a row of a tile's colours, and from one channel to the next.
const TILE_BYTES: usize = 192;
const CHANNEL_BYTES: usize = 64;

/** Squared distance in grid steps up to which clusters are looked at first. */
const NEAR: f64 = 1;

const ROUNDING: f64 = 8.881784197001252e-16; // 2 ** -50

// A cluster's record of 64 bytes: row, column, three colours, largest (f64), top, bottom, left, right (i32).
const COLUMN: usize = 8;
const COLOR0: usize = 16;
const COLOR1: usize = 24;
const COLOR2: usize = 32;
const LARGEST: usize = 40;
const TOP: usize = 48;
const BOTTOM: usize = 52;
const LEFT: usize = 56;
const RIGHT: usize = 60;

// The sums over a cluster's pixels, 64 bytes: pixels, rows, columns, three colours (f64), the visit that met it (i64).
const STAMP: usize = 48;

let width: i32 = 0;
let height: i32 = 0;
let stride: i32 = 0;
let colors: usize = 0;
let tilesAcross: i32 = 0;
/** Bytes from a row of colours to the next. */
let pitch: usize = 0;
/** Tiles looked at so far: stamps clusters with the one that has met them. */
let visits: i64 = 0;
let labels: usize = 0;
let count: i32 = 0;
let clusters: usize = 0;
let sums: usize = 0;
let boxes: usize = 0;
let owners: usize = 0;
let starts: usize = 0;
let list: usize = 0;
let best: usize = 0;
let owner: usize = 0;
let reach: usize = 0;
let met: usize = 0;
let metCount: i32 = 0;
let found: usize = 0;
let weight: f64 = 0;
let divides: bool = false;
let evaluated: f64 = 0;

/** Distances to pixels computed since `useImage`. */
export function evaluations(): f64 {
  return evaluated;
}

/**
 * Tells where the image lies: the colours row by row, 8 values of one channel and then of the next (so that a
 * tile is read in few streams), and the labels in rows of `rowStride`, a multiple
 * of 16.
 */
export function useImage(
  imageWidth: i32,
  imageHeight: i32,
  rowStride: i32,
  colorsAt: usize,
  labelsAt: usize,
  boxesAt: usize,
  ownersAt: usize,
  scratch: usize,
): void {
  width = imageWidth;
  height = imageHeight;
  stride = rowStride;
  colors = colorsAt;
  tilesAcross = (width + TILE - 1) / TILE;
  pitch = <usize>tilesAcross * TILE_BYTES;
  visits = 0;
  labels = labelsAt;
  boxes = boxesAt;
  owners = ownersAt;
  best = scratch;
  owner = scratch + 512;
  reach = scratch + 1024;
  met = scratch + 1536;
  found = scratch + 1536 + 4 * <usize>MET;
  evaluated = 0;
}

/** Tells where the clusters lie, and what space weighs. */
export function useClusters(
  clusterCount: i32,
  clustersAt: usize,
  sumsAt: usize,
  startsAt: usize,
  listAt: usize,
  spatialWeight: f64,
  slico: bool,
): void {
  count = clusterCount;
  clusters = clustersAt;
  sums = sumsAt;
  starts = startsAt;
  list = listAt;
  weight = spatialWeight;
  divides = slico;
  memory.fill(owners, 255, <usize>(tilesAcross * ((height + TILE - 1) / TILE)) << 4);
  for (let k = 0; k < count; k++) store<i64>(sums + (<usize>k << 6), 0, STAMP);
}

@inline
function tileColors(tileRow: i32, tileColumn: i32): usize {
  return colors + <usize>(tileRow * TILE) * pitch + <usize>tileColumn * TILE_BYTES;
}

/** Takes part of a row, whole tiles from `first` on, over from three rows `apart` bytes from each other. */
export function storeRow(y: i32, first: i32, tiles: i32, row: usize, apart: usize, factor: f64): void {
  let to = colors + <usize>y * pitch + <usize>first * TILE_BYTES;
  const factors = f64x2.splat(factor);
  for (let tile = 0; tile < tiles; tile++, row += CHANNEL_BYTES, to += TILE_BYTES) {
    for (let channel: usize = 0; channel < 3; channel++) {
      const from = row + channel * apart;
      const at = to + channel * CHANNEL_BYTES;
      v128.store(at, f64x2.mul(v128.load(from), factors));
      v128.store(at, f64x2.mul(v128.load(from, 16), factors), 16);
      v128.store(at, f64x2.mul(v128.load(from, 32), factors), 32);
      v128.store(at, f64x2.mul(v128.load(from, 48), factors), 48);
    }
  }
}

/** The smallest and largest value of each channel in each tile: low 0, low 1, high 0, high 1, low 2, high 2. */
export function boxTiles(): void {
  let box = boxes;
  for (let y0 = 0; y0 < height; y0 += TILE) {
    const rows = min(TILE, height - y0);
    for (let x0 = 0; x0 < width; x0 += TILE) {
      for (let channel: usize = 0; channel < 3; channel++) {
        let at = tileColors(y0 / TILE, x0 / TILE) + channel * CHANNEL_BYTES;
        let low = v128.load(at);
        let high = low;
        for (let y = 0; y < rows; y++, at += pitch) {
          for (let x: usize = 0; x < 64; x += 16) {
            const values = v128.load(at + x);
            low = f64x2.pmin(low, values);
            high = f64x2.pmax(high, values);
          }
        }
        const place = box + (channel == 2 ? 32 : channel << 3);
        store<f64>(place, Math.min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1)));
        store<f64>(place + (channel == 2 ? 8 : 16), Math.max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1)));
      }
      box += 48;
    }
  }
}

export function placeWindows(reachRows: f64, reachColumns: f64): void {
  for (let k = 0; k < count; k++) {
    const cluster = clusters + (<usize>k << 6);
    if (load<f64>(sums + (<usize>k << 6)) == 0) {
      store<i32>(cluster, 0, BOTTOM);
      store<i32>(cluster, 0, RIGHT);
      continue;
    }
    const row = load<f64>(cluster);
    const column = load<f64>(cluster, COLUMN);
    store<i32>(cluster, <i32>Math.max(row - reachRows, 0), TOP);
    store<i32>(cluster, <i32>Math.min(row + reachRows + 1, <f64>height), BOTTOM);
    store<i32>(cluster, <i32>Math.max(column - reachColumns, 0), LEFT);
    store<i32>(cluster, <i32>Math.min(column + reachColumns + 1, <f64>width), RIGHT);
  }
}

/**
 * For each bin of 16x16 pixels the clusters whose windows touch it. A bin's record in `starts` has 16 bytes:
 * where its clusters begin in `list` (they end where the next bin's begin), where those that are near end, which
 * mostly are all that count, and a cursor.
 */
export function listCandidates(): void {
  const across = (width + BIN - 1) / BIN;
  const bins = across * ((height + BIN - 1) / BIN);
  memory.fill(starts, 0, <usize>(bins + 1) << 4);
  for (let k = 0; k < count; k++) {
    const cluster = clusters + (<usize>k << 6);
    const top = load<i32>(cluster, TOP);
    const bottom = load<i32>(cluster, BOTTOM);
    const left = load<i32>(cluster, LEFT);
    const right = load<i32>(cluster, RIGHT);
    if (bottom <= top || right <= left) continue;
    for (let row = top / BIN; row <= (bottom - 1) / BIN; row++) {
      for (let column = left / BIN; column <= (right - 1) / BIN; column++) {
        const at = starts + (<usize>(row * across + column) << 4);
        store<i32>(at, load<i32>(at) + 1);
      }
    }
  }
  // Near clusters are entered from the bin's start up, far ones from its end down.
  let total = 0;
  for (let bin = 0; bin <= bins; bin++) {
    const at = starts + (<usize>bin << 4);
    const entries = load<i32>(at);
    store<i32>(at, total);
    store<i32>(at, total, 4);
    total += entries;
    store<i32>(at, total, 8);
  }
  for (let k = 0; k < count; k++) {
    const cluster = clusters + (<usize>k << 6);
    const top = load<i32>(cluster, TOP);
    const bottom = load<i32>(cluster, BOTTOM);
    const left = load<i32>(cluster, LEFT);
    const right = load<i32>(cluster, RIGHT);
    if (bottom <= top || right <= left) continue;
    const centre = v128.load(cluster);
    for (let row = top / BIN; row <= (bottom - 1) / BIN; row++) {
      for (let column = left / BIN; column <= (right - 1) / BIN; column++) {
        const lows = f64x2(<f64>(row * BIN), <f64>(column * BIN));
        const at = starts + (<usize>(row * across + column) << 4);
        // Beyond the edge there are no pixels, which only makes a far cluster near.
        const highs = f64x2.add(lows, f64x2.splat(BIN - 1));
        let place: i32;
        if (sumOf(outside(centre, lows, highs)) * weight > NEAR) {
          place = load<i32>(at, 8) - 1;
          store<i32>(at, place, 8);
        } else {
          place = load<i32>(at, 4);
          store<i32>(at, place + 1, 4);
        }
        store<i32>(list + (<usize>place << 2), k);
      }
    }
  }
}

@inline
function square(value: v128): v128 {
  return f64x2.mul(value, value);
}

@inline
function largestOf(pair: v128): f64 {
  return Math.max(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
}

/** One cluster against two pixels; returns their best distance so far. `seeds`: it is the tile's first. */
@inline
function contend(
  at: usize,
  near: usize,
  space: v128,
  color0: v128,
  color1: v128,
  color2: v128,
  divisor: v128,
  number: v128,
  slico: bool,
  seeds: bool,
): v128 {
  const d0 = f64x2.sub(v128.load(at), color0);
  const d1 = f64x2.sub(v128.load(at, CHANNEL_BYTES), color1);
  const d2 = f64x2.sub(v128.load(at, 2 * CHANNEL_BYTES), color2);
  let color = f64x2.add(f64x2.add(square(d0), square(d1)), square(d2));
  // SLIC divides by 1.
  if (slico) color = f64x2.div(color, divisor);
  const distance = f64x2.add(space, color);
  if (seeds) {
    v128.store(near, distance);
    v128.store(near, number, 512);
    return distance;
  }
  // Branches would be hard to foresee: updating all costs less.
  const held = v128.load(near);
  const holder = v128.load(near, 512);
  const closer = f64x2.lt(distance, held);
  const tie = v128.and(f64x2.eq(distance, held), f64x2.lt(number, holder));
  v128.store(near, v128.bitselect(number, holder, v128.or(closer, tie)), 512);
  const nearest = f64x2.pmin(held, distance);
  v128.store(near, nearest);
  return nearest;
}

/** A cluster whose window holds the whole tile against it. @returns The largest best distance of the tile. */
@inline
function evaluateAs(k: i32, y0: i32, y1: i32, x0: i32, slico: bool, seeds: bool): f64 {
  const cluster = clusters + (<usize>k << 6);
  const row = load<f64>(cluster);
  const column = v128.load64_splat(cluster, COLUMN);
  const color0 = v128.load64_splat(cluster, COLOR0);
  const color1 = v128.load64_splat(cluster, COLOR1);
  const color2 = v128.load64_splat(cluster, COLOR2);
  const divisor = v128.load64_splat(cluster, LARGEST);
  const number = f64x2.splat(<f64>k);
  const weights = f64x2.splat(weight);
  const x = f64x2.add(f64x2.splat(<f64>x0), f64x2(<f64>0, <f64>1));
  const across0 = square(f64x2.sub(column, x));
  const across1 = square(f64x2.sub(column, f64x2.add(x, f64x2.splat(2))));
  const across2 = square(f64x2.sub(column, f64x2.add(x, f64x2.splat(4))));
  const across3 = square(f64x2.sub(column, f64x2.add(x, f64x2.splat(6))));
  const rowPitch = pitch;
  let at = tileColors(y0 / TILE, x0 / TILE);
  let near = best;
  let bound = f64x2.splat(0);
  for (let y = y0; y < y1; y++) {
    const dy = row - <f64>y;
    const down = f64x2.splat(dy * dy);
    const s0 = f64x2.mul(f64x2.add(down, across0), weights);
    bound = f64x2.pmax(bound, contend(at, near, s0, color0, color1, color2, divisor, number, slico, seeds));
    const s1 = f64x2.mul(f64x2.add(down, across1), weights);
    bound = f64x2.pmax(bound, contend(at + 16, near + 16, s1, color0, color1, color2, divisor, number, slico, seeds));
    const s2 = f64x2.mul(f64x2.add(down, across2), weights);
    bound = f64x2.pmax(bound, contend(at + 32, near + 32, s2, color0, color1, color2, divisor, number, slico, seeds));
    const s3 = f64x2.mul(f64x2.add(down, across3), weights);
    bound = f64x2.pmax(bound, contend(at + 48, near + 48, s3, color0, color1, color2, divisor, number, slico, seeds));
    at += rowPitch;
    near += 64;
  }
  return largestOf(bound);
}

function evaluateSlic(k: i32, y0: i32, y1: i32, x0: i32): f64 {
  return evaluateAs(k, y0, y1, x0, false, false);
}

function evaluateSlico(k: i32, y0: i32, y1: i32, x0: i32): f64 {
  return evaluateAs(k, y0, y1, x0, true, false);
}

function seedSlic(k: i32, y0: i32, y1: i32, x0: i32): f64 {
  return evaluateAs(k, y0, y1, x0, false, true);
}

function seedSlico(k: i32, y0: i32, y1: i32, x0: i32): f64 {
  return evaluateAs(k, y0, y1, x0, true, true);
}

/** {@link evaluateAs} for the first pass, where all clusters have one colour and only rounding lets it matter. */
function evaluateFirst(k: i32, y0: i32, y1: i32, x0: i32): f64 {
  const cluster = clusters + (<usize>k << 6);
  const row = load<f64>(cluster);
  const column = v128.load64_splat(cluster, COLUMN);
  const color0 = v128.load64_splat(cluster, COLOR0);
  const color1 = v128.load64_splat(cluster, COLOR1);
  const color2 = v128.load64_splat(cluster, COLOR2);
  const number = f64x2.splat(<f64>k);
  let near = best;
  let bound = f64x2.splat(0);
  for (let y = y0; y < y1; y++) {
    const dy = row - <f64>y;
    const down = f64x2.splat(dy * dy);
    let at = tileColors(y0 / TILE, x0 / TILE) + <usize>(y - y0) * pitch;
    let x = f64x2.add(f64x2.splat(<f64>x0), f64x2(<f64>0, <f64>1));
    for (const end = near + 64; near < end; near += 16, at += 16) {
      const space = f64x2.mul(f64x2.add(down, square(f64x2.sub(column, x))), f64x2.splat(weight));
      x = f64x2.add(x, f64x2.splat(2));
      const limit = v128.load(near, 1024);
      if (v128.any_true(f64x2.le(space, limit))) {
        const d0 = f64x2.sub(v128.load(at), color0);
        const d1 = f64x2.sub(v128.load(at, CHANNEL_BYTES), color1);
        const d2 = f64x2.sub(v128.load(at, 2 * CHANNEL_BYTES), color2);
        const distance = f64x2.add(space, f64x2.add(f64x2.add(square(d0), square(d1)), square(d2)));
        const nearest = v128.load(near);
        const holder = v128.load(near, 512);
        const tie = v128.and(f64x2.eq(distance, nearest), f64x2.lt(number, holder));
        const wins = v128.or(f64x2.lt(distance, nearest), tie);
        v128.store(near, v128.bitselect(distance, nearest, wins));
        v128.store(near, v128.bitselect(number, holder, wins), 512);
        const reached = f64x2.add(space, f64x2.mul(distance, f64x2.splat(ROUNDING)));
        v128.store(near, v128.bitselect(reached, limit, wins), 1024);
      }
      bound = f64x2.pmax(bound, v128.load(near, 1024));
    }
  }
  return largestOf(bound);
}

/**
 * A cluster whose window cuts the tile, pixel by pixel.
 * @returns The largest of the distances beyond which no cluster can win.
 */
function evaluatePart(k: i32, y0: i32, y1: i32, x0: i32, x1: i32, first: bool): f64 {
  const cluster = clusters + (<usize>k << 6);
  const row = load<f64>(cluster);
  const column = load<f64>(cluster, COLUMN);
  const lastRow = min(load<i32>(cluster, BOTTOM), y1);
  const lastColumn = min(load<i32>(cluster, RIGHT), x1);
  for (let y = max(load<i32>(cluster, TOP), y0); y < lastRow; y++) {
    const dy = row - <f64>y;
    for (let x = max(load<i32>(cluster, LEFT), x0); x < lastColumn; x++) {
      const at = tileColors(y0 / TILE, x0 / TILE) + <usize>(y - y0) * pitch + (<usize>(x - x0) << 3);
      const near = best + (<usize>((y - y0) * TILE + x - x0) << 3);
      const dx = column - <f64>x;
      const d0 = load<f64>(at) - load<f64>(cluster, COLOR0);
      const d1 = load<f64>(at, CHANNEL_BYTES) - load<f64>(cluster, COLOR1);
      const d2 = load<f64>(at, 2 * CHANNEL_BYTES) - load<f64>(cluster, COLOR2);
      const space = (dy * dy + dx * dx) * weight;
      const distance = space + (d0 * d0 + d1 * d1 + d2 * d2) / load<f64>(cluster, LARGEST);
      const nearest = load<f64>(near);
      if (distance < nearest || (distance == nearest && <f64>k < load<f64>(near, 512))) {
        store<f64>(near, distance);
        store<f64>(near, <f64>k, 512);
        store<f64>(near, first ? space + distance * ROUNDING : distance, 1024);
      }
    }
  }
  let bound: f64 = 0;
  const limits = first ? reach : best;
  for (let y = 0; y < y1 - y0; y++) {
    for (let x = 0; x < x1 - x0; x++) bound = Math.max(bound, load<f64>(limits + (<usize>(y * TILE + x) << 3)));
  }
  return bound;
}

/** How far a point lies outside of a box, squared: two of its coordinates at once. */
@inline
function outside(value: v128, low: v128, high: v128): v128 {
  return square(f64x2.pmax(f64x2.pmax(f64x2.sub(low, value), f64x2.sub(value, high)), f64x2.splat(0)));
}

@inline
function sumOf(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

@inline
function farthest(value: f64, low: f64, high: f64): f64 {
  return Math.max(Math.abs(value - low), Math.abs(high - value));
}

/** No pixel of a tile has a larger squared colour distance to a cluster. */
@inline
function farthestColor(cluster: usize, box: usize): f64 {
  const d0 = farthest(load<f64>(cluster, COLOR0), load<f64>(box), load<f64>(box, 16));
  const d1 = farthest(load<f64>(cluster, COLOR1), load<f64>(box, 8), load<f64>(box, 24));
  const d2 = farthest(load<f64>(cluster, COLOR2), load<f64>(box, 32), load<f64>(box, 40));
  return d0 * d0 + d1 * d1 + d2 * d2;
}

/** Gives each pixel its nearest cluster. @returns Whether any pixel changed. */
export function assignPixels(first: bool, sumUp: bool): bool {
  const across = (width + BIN - 1) / BIN;
  let changed = false;
  let tile = 0;
  for (let y0 = 0; y0 < height; y0 += TILE) {
    const y1 = min(y0 + TILE, height);
    for (let x0 = 0; x0 < width; x0 += TILE, tile++) {
      const x1 = min(x0 + TILE, width);
      const bin = (y0 / BIN) * across + x0 / BIN;
      if (assignTile(tile, bin, y0, y1, x0, x1, first)) changed = true;
    }
    if (sumUp) for (let y = y0; y < y1; y++) sumRow(y);
  }
  return changed;
}

function assignTile(tile: i32, bin: i32, y0: i32, y1: i32, x0: i32, x1: i32, first: bool): bool {
  const corner = labels + (<usize>(y0 * stride + x0) << 2);
  const rowBytes = <usize>stride << 2;
  const clustersOf = owners + (<usize>tile << 4);
  const own = load<i32>(clustersOf);
  const onlyOne = own >= 0 && load<i32>(clustersOf, 4) < 0;
  const box = boxes + <usize>tile * 48;
  const lows = f64x2(<f64>y0, <f64>x0);
  const highs = f64x2(<f64>(y1 - 1), <f64>(x1 - 1));
  let bound = Infinity;
  let started = false;
  visits++;
  metCount = 0;
  if (onlyOne) {
    store<i64>(sums + (<usize>own << 6), visits, STAMP);
    const cluster = clusters + (<usize>own << 6);
    if (holds(cluster, y0, y1, x0, x1)) {
      // No pixel is farther from its cluster than this.
      const dy = farthest(load<f64>(cluster), <f64>y0, <f64>(y1 - 1));
      const dx = farthest(load<f64>(cluster, COLUMN), <f64>x0, <f64>(x1 - 1));
      const space = (dy * dy + dx * dx) * weight;
      bound = space + farthestColor(cluster, box) / load<f64>(cluster, LARGEST);
      if (first) bound = space + bound * ROUNDING;
    }
  } else {
    // The clusters that the tile has already are near: they come first and make the bound small.
    if (own >= 0) {
      for (let i: usize = 0; i < 16; i += 4) {
        const k = load<i32>(clustersOf + i);
        if (k < 0) break;
        store<i64>(sums + (<usize>k << 6), visits, STAMP);
        bound = contest(k, y0, y1, x0, x1, first, !started, bound, corner);
        started = true;
      }
    } else {
      for (let y = y0, at = corner; y < y1; y++, at += rowBytes) {
        for (let x: usize = 0; x < 4 * TILE; x += 4) {
          const k = load<i32>(at + x);
          const stamp = sums + (<usize>k << 6);
          if (load<i64>(stamp, STAMP) == visits) continue;
          store<i64>(stamp, visits, STAMP);
          bound = contest(k, y0, y1, x0, x1, first, !started, bound, corner);
          started = true;
        }
      }
    }
  }

  let changed = !onlyOne;
  const record = starts + (<usize>bin << 4);
  let entry = list + (<usize>load<i32>(record) << 2);
  const meet = list + (<usize>load<i32>(record, 4) << 2);
  const end = list + (<usize>load<i32>(record, 16) << 2);
  const box0 = v128.load(box);
  const box1 = v128.load(box, 16);
  for (let until = meet; ; until = end) {
    // Without branches, as none could foresee which clusters are near enough.
    let survivors: usize = 0;
    for (; entry < until; entry += 4) {
      const k = load<i32>(entry);
      store<i32>(found + survivors, k);
      const least = sumOf(outside(v128.load(clusters + (<usize>k << 6)), lows, highs)) * weight;
      survivors += <usize>(least <= bound) << 2;
    }
    for (let i: usize = 0; i < survivors; i += 4) {
      const k = load<i32>(found + i);
      const cluster = clusters + (<usize>k << 6);
      if (load<i64>(sums + (<usize>k << 6), STAMP) == visits) continue;
      let least = sumOf(outside(v128.load(cluster), lows, highs)) * weight;
      if (!first) {
        const o01 = sumOf(outside(v128.load(cluster, COLOR0), box0, box1));
        const color2 = load<f64>(cluster, COLOR2);
        const o2 = Math.max(Math.max(load<f64>(box, 32) - color2, color2 - load<f64>(box, 40)), 0);
        least += (o01 + o2 * o2) / load<f64>(cluster, LARGEST);
      }
      if (least > bound) continue;
      if (!started) {
        started = true;
        changed = true;
        bound = contest(own, y0, y1, x0, x1, first, true, bound, corner);
        if (least > bound) continue;
      }
      bound = contest(k, y0, y1, x0, x1, first, false, bound, corner);
    }
    // A tile lies within its bin: what is far from the bin is as far from the tile.
    if (until == end || bound < NEAR) break;
  }
  if (!changed) return false;
  let changes = i32x4.splat(0);
  for (let y = y0, at = corner, near = owner; y < y1; y++, at += rowBytes, near += 64) {
    for (let x: usize = 0; x < 4 * TILE; x += 16) {
      const after = v128.shuffle<i32>(
        i32x4.trunc_sat_f64x2_s_zero(v128.load(near + 2 * x)),
        i32x4.trunc_sat_f64x2_s_zero(v128.load(near + 2 * x, 16)),
        0,
        1,
        4,
        5,
      );
      changes = v128.or(changes, v128.xor(v128.load(at + x), after));
      v128.store(at + x, after);
    }
  }
  changed = v128.any_true(changes);
  // Beyond the image's edge a tile repeats its last column: colours there must not widen another cluster's range.
  if (x1 - x0 < TILE) {
    for (let y = y0, at = corner + (<usize>(x1 - x0 - 1) << 2); y < y1; y++, at += rowBytes) {
      const edge = load<i32>(at);
      for (let x: usize = 1; x <= <usize>(TILE - (x1 - x0)); x++) store<i32>(at + (x << 2), edge);
    }
  }
  if (changed || own < 0) noteOwners(clustersOf, corner, y1 - y0);
  return changed;
}

/** Notes which of the clusters that it met a tile has: up to four and then -1, or -1 alone if there are more. */
function noteOwners(clustersOf: usize, corner: usize, rows: i32): void {
  let noted: usize = 0;
  v128.store(clustersOf, i32x4.splat(-1));
  if (metCount > MET) return;
  const rowBytes = <usize>stride << 2;
  for (let i = 0; i < metCount; i++) {
    const k = load<i32>(met + (<usize>i << 2));
    const number = i32x4.splat(k);
    let present = i32x4.splat(0);
    for (let y = 0, at = corner; y < rows; y++, at += rowBytes) {
      present = v128.or(present, i32x4.eq(v128.load(at), number));
      present = v128.or(present, i32x4.eq(v128.load(at, 16), number));
    }
    if (!v128.any_true(present)) continue;
    if (noted == 16) {
      store<i32>(clustersOf, -1);
      return;
    }
    store<i32>(clustersOf + noted, k);
    noted += 4;
  }
}

/** Whether a cluster's window holds a tile. */
@inline
function holds(cluster: usize, y0: i32, y1: i32, x0: i32, x1: i32): bool {
  return (
    load<i32>(cluster, TOP) <= y0 &&
    load<i32>(cluster, BOTTOM) >= y1 &&
    load<i32>(cluster, LEFT) <= x0 &&
    load<i32>(cluster, RIGHT) >= x1
  );
}

/** One cluster against a tile, the first of them or one more. @returns What no other may exceed to win a pixel. */
function contest(
  k: i32,
  y0: i32,
  y1: i32,
  x0: i32,
  x1: i32,
  first: bool,
  isFirst: bool,
  bound: f64,
  corner: usize,
): f64 {
  const cluster = clusters + (<usize>k << 6);
  if (metCount < MET) store<i32>(met + (<usize>metCount << 2), k);
  metCount++;
  const whole = holds(cluster, y0, y1, x0, x1);
  if (isFirst && (first || !whole)) {
    startTile(corner, y1 - y0, first);
    bound = Infinity;
  }
  if (!whole) {
    if (
      load<i32>(cluster, BOTTOM) <= y0 ||
      load<i32>(cluster, TOP) >= y1 ||
      load<i32>(cluster, RIGHT) <= x0 ||
      load<i32>(cluster, LEFT) >= x1
    ) {
      return bound;
    }
  }
  evaluated += <f64>((y1 - y0) * TILE);
  if (!whole) return evaluatePart(k, y0, y1, x0, x1, first);
  if (first) return evaluateFirst(k, y0, y1, x0);
  if (isFirst) return divides ? seedSlico(k, y0, y1, x0) : seedSlic(k, y0, y1, x0);
  return divides ? evaluateSlico(k, y0, y1, x0) : evaluateSlic(k, y0, y1, x0);
}

/** Nothing reached yet: every pixel keeps its cluster. */
function startTile(corner: usize, rows: i32, first: bool): void {
  const infinity = f64x2.splat(Infinity);
  for (let y = 0, at = corner, near = best; y < rows; y++, at += <usize>stride << 2, near += 64) {
    for (let x: usize = 0; x < 64; x += 16) {
      v128.store(near + x, infinity);
      v128.store(near + x, f64x2.convert_low_i32x4_s(v128.load64_zero(at + (x >> 1))), 512);
      if (first) v128.store(near + x, infinity, 1024);
    }
  }
}

export function clearSums(): void {
  for (let k = 0; k < count; k++) memory.fill(sums + (<usize>k << 6), 0, 48);
}

/** Adds a row's pixels to the sums of their clusters, in reading order: that decides the last bit. */
function sumRow(y: i32): void {
  let at = labels + (<usize>(y * stride) << 2);
  let color = colors + <usize>y * pitch;
  let k = load<i32>(at);
  let sum = sums + (<usize>k << 6);
  let sum0 = load<f64>(sum, 24);
  let sum1 = load<f64>(sum, 32);
  let sum2 = load<f64>(sum, 40);
  let start = 0;
  for (let x0 = 0; x0 < width; x0 += TILE, at += 4 * TILE, color += TILE_BYTES) {
    const owner = i32x4.splat(k);
    const other = v128.or(v128.xor(v128.load(at), owner), v128.xor(v128.load(at, 16), owner));
    if (x0 + TILE <= width && !v128.any_true(other)) {
      sum0 = addEight(sum0, color);
      sum1 = addEight(sum1, color + CHANNEL_BYTES);
      sum2 = addEight(sum2, color + 2 * CHANNEL_BYTES);
      continue;
    }
    const x1 = min(x0 + TILE, width);
    for (let x = x0; x < x1; x++) {
      const next = load<i32>(at + (<usize>(x - x0) << 2));
      if (next != k) {
        endRun(sum, start, x, y, sum0, sum1, sum2);
        start = x;
        k = next;
        sum = sums + (<usize>k << 6);
        sum0 = load<f64>(sum, 24);
        sum1 = load<f64>(sum, 32);
        sum2 = load<f64>(sum, 40);
      }
      const place = color + (<usize>(x - x0) << 3);
      sum0 += load<f64>(place);
      sum1 += load<f64>(place, CHANNEL_BYTES);
      sum2 += load<f64>(place, 2 * CHANNEL_BYTES);
    }
  }
  endRun(sum, start, width, y, sum0, sum1, sum2);
}

/** One after the other: any other order would round differently. */
@inline
function addEight(sum: f64, at: usize): f64 {
  sum = sum + load<f64>(at) + load<f64>(at, 8) + load<f64>(at, 16) + load<f64>(at, 24);
  return sum + load<f64>(at, 32) + load<f64>(at, 40) + load<f64>(at, 48) + load<f64>(at, 56);
}

@inline
function endRun(sum: usize, start: i32, end: i32, y: i32, sum0: f64, sum1: f64, sum2: f64): void {
  // Numbers and places are whole numbers, exact in any order.
  const pixels = <f64>(end - start);
  store<f64>(sum, load<f64>(sum) + pixels);
  store<f64>(sum, load<f64>(sum, 8) + pixels * <f64>y, 8);
  store<f64>(sum, load<f64>(sum, 16) + (pixels * <f64>(start + end - 1)) / 2, 16);
  store<f64>(sum, sum0, 24);
  store<f64>(sum, sum1, 32);
  store<f64>(sum, sum2, 40);
}

/** Moves each cluster to the mean place and colour of its pixels. */
export function moveClusters(): void {
  for (let k = 0; k < count; k++) {
    const sum = sums + (<usize>k << 6);
    const pixels = load<f64>(sum);
    if (pixels == 0) continue;
    const cluster = clusters + (<usize>k << 6);
    for (let i: usize = 0; i < 40; i += 8) store<f64>(cluster + i, load<f64>(sum + i, 8) / pixels);
  }
}

/** SLICO's step: each cluster remembers the largest squared colour distance that a pixel of it ever had. */
export function widenColorRange(): void {
  const rowBytes = <usize>stride << 2;
  let box = boxes;
  let clustersOf = owners;
  for (let y0 = 0; y0 < height; y0 += TILE) {
    let color = tileColors(y0 / TILE, 0);
    const y1 = min(y0 + TILE, height);
    for (let x0 = 0; x0 < width; x0 += TILE, box += 48, clustersOf += 16, color += TILE_BYTES) {
      const corner = labels + (<usize>(y0 * stride + x0) << 2);
      const own = load<i32>(clustersOf);
      if (own < 0) {
        // More clusters than are noted: pixel by pixel.
        for (let y = y0, at = corner, row = color; y < y1; y++, at += rowBytes, row += pitch) {
          for (let x: usize = 0; x < <usize>TILE; x++) {
            const cluster = clusters + (<usize>load<i32>(at + (x << 2)) << 6);
            const place = row + (x << 3);
            const d0 = load<f64>(place) - load<f64>(cluster, COLOR0);
            const d1 = load<f64>(place, CHANNEL_BYTES) - load<f64>(cluster, COLOR1);
            const d2 = load<f64>(place, 2 * CHANNEL_BYTES) - load<f64>(cluster, COLOR2);
            const distance = d0 * d0 + d1 * d1 + d2 * d2;
            if (distance > load<f64>(cluster, LARGEST)) store<f64>(cluster, distance, LARGEST);
          }
        }
        continue;
      }
      for (let i: usize = 0; i < 16; i += 4) {
        const k = load<i32>(clustersOf + i);
        if (k < 0) break;
        const cluster = clusters + (<usize>k << 6);
        // Where no pixel of the tile can be far enough, there is nothing to look for.
        if (farthestColor(cluster, box) <= load<f64>(cluster, LARGEST)) continue;
        const owner = i32x4.splat(k);
        const color0 = v128.load64_splat(cluster, COLOR0);
        const color1 = v128.load64_splat(cluster, COLOR1);
        const color2 = v128.load64_splat(cluster, COLOR2);
        let largest = v128.load64_splat(cluster, LARGEST);
        for (let y = y0, at = corner, row = color; y < y1; y++, at += rowBytes, row += pitch) {
          for (let x: usize = 0; x < <usize>TILE; x += 4) {
            const owned = i32x4.eq(v128.load(at + (x << 2)), owner);
            if (!v128.any_true(owned)) continue;
            const one = colorDistances(row + (x << 3), color0, color1, color2);
            const two = colorDistances(row + (x << 3) + 16, color0, color1, color2);
            // Others' pixels count as 0.
            largest = f64x2.pmax(largest, v128.and(one, i64x2.extend_low_i32x4_s(owned)));
            largest = f64x2.pmax(largest, v128.and(two, i64x2.extend_high_i32x4_s(owned)));
          }
        }
        store<f64>(cluster, largestOf(largest), LARGEST);
      }
    }
  }
}

@inline
function colorDistances(color: usize, color0: v128, color1: v128, color2: v128): v128 {
  const d0 = f64x2.sub(v128.load(color), color0);
  const d1 = f64x2.sub(v128.load(color, CHANNEL_BYTES), color1);
  const d2 = f64x2.sub(v128.load(color, 2 * CHANNEL_BYTES), color2);
  return f64x2.add(f64x2.add(square(d0), square(d1)), square(d2));
}
