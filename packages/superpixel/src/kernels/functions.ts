/** What the module of `assembly/` exports. Leans on nothing. */

/** Pointers are byte offsets, lengths count values. */
export interface Functions {
  useTables(powers: number, roots: number): void;
  byteRange(bytes: number, length: number): number;
  readRow(bytes: number, table: number, width: number, out: number, apart: number): void;
  linearRow(row: number, length: number): void;
  labRow(row: number, apart: number, length: number): void;
  blurDown(pairs: number, weights: number, radius: number, out: number, length: number): void;
  blurAcross(row: number, weights: number, radius: number, out: number, length: number): void;
  storeRow(y: number, first: number, tiles: number, row: number, apart: number, factor: number): void;
  useImage(
    width: number,
    height: number,
    stride: number,
    colors: number,
    labels: number,
    boxes: number,
    owners: number,
    scratch: number,
  ): void;
  useClusters(
    count: number,
    clusters: number,
    sums: number,
    starts: number,
    list: number,
    spatialWeight: number,
    slico: boolean,
  ): void;
  boxTiles(): void;
  placeWindows(reachRows: number, reachColumns: number): void;
  listCandidates(): void;
  clearSums(): void;
  assignPixels(first: boolean, sumUp: boolean): number;
  moveClusters(): void;
  widenColorRange(): void;
  evaluations(): number;
  connectPieces(
    labels: number,
    queue: number,
    width: number,
    height: number,
    stride: number,
    minSize: number,
    maxSize: number,
    epfl: boolean,
  ): number;
}

/** Pixels to a side of the tiles and bins that `assembly/clusters.ts` works by. */
export const TILE = 8;
export const BIN = 16;
