/**
 * Small pictures above a result, side by side: by the graphics protocol of the terminal, else as coloured half
 * blocks. Which it is, the environment tells; the terminal is not asked. Leans on core and @lesion/preprocess.
 */
import { type RgbImage, type Size, sizeOf } from '@lesion/core';
import { createSupportsTerminalGraphics } from 'supports-terminal-graphics';
import { createScreen, type Environment, fitText, harmless, textWidth, type ViewedStream } from './screen.js';

/** How a terminal is given pictures. */
export type PictureProtocol = 'kitty' | 'iterm2' | 'blocks';

/** Pictures of a result, few and small. */
export interface PictureStrip {
  /** Whether no more are taken. */
  readonly isFull: boolean;
  /**
   * Takes a picture; once the strip is full nothing happens.
   *
   * @param caption what stands below it
   * @param image the size of what is drawn
   * @param draw draws it at the size given, which has the image's aspect ratio
   */
  add(caption: string, image: Size, draw: (size: Size) => Promise<RgbImage>): Promise<void>;
  /** All of them as text for the terminal, with a line feed at the end; empty if there are none. */
  render(): Promise<string>;
}

export interface PictureStripOptions {
  /** @default process.env */
  environment?: Environment | undefined;
  /** Pictures at most: a folder should not flood the screen. @default 4 */
  limit?: number | undefined;
}

/** The largest picture, in characters. */
const MOST_COLUMNS = 36;
const MOST_ROWS = 13;
const GAP = 2;
/** A character is about twice as high as it is wide; so many pixels suffice for it where terminals show pixels. */
const CHARACTER = { width: 10, height: 20 } as const;

/**
 * How the terminal behind a stream can be given pictures; undefined if it cannot.
 *
 * Where a terminal knows several ways, iTerm2's goes first: it is the older one, and nothing has to be switched on.
 */
export function choosePictureProtocol(
  stream: ViewedStream,
  environment: Environment = process.env,
): PictureProtocol | undefined {
  const screen = createScreen(stream, environment);
  if (!screen.isTerminal || screen.colourBits === 1) return undefined;
  const { TMUX, STY, TERM = '', TERM_PROGRAM } = environment;
  // Programs that share a terminal out swallow its graphics; Visual Studio Code has them switched off at first.
  const isShared = Boolean(TMUX || STY) || /^(tmux|screen)/.test(TERM);
  if (!isShared && TERM_PROGRAM !== 'vscode') {
    const { iterm2, kitty } = createSupportsTerminalGraphics(stream as NodeJS.WriteStream);
    if (iterm2) return 'iterm2';
    if (kitty) return 'kitty';
  }
  return screen.colourBits === 24 && screen.hasUnicode ? 'blocks' : undefined;
}

/** The characters that a picture takes: as many as fit into the strip's limits at the image's aspect ratio. */
export function pictureCells({ height, width }: Size, columns: number): { columns: number; rows: number } {
  const most = Math.max(1, Math.min(MOST_COLUMNS, columns));
  const factor = Math.min(most / width, (2 * MOST_ROWS) / height);
  return {
    columns: Math.max(1, Math.round(width * factor)),
    rows: Math.max(1, Math.round((height * factor) / 2)),
  };
}

/** An image as lines of half blocks, two pixels a character: `[2 rows, columns, 3]`. */
export function encodeBlocks(image: RgbImage): string[] {
  const { height, width } = sizeOf(image);
  const colour = (y: number, x: number): string =>
    [0, 1, 2].map((channel) => image.get(y, x, channel)).join(';');
  return Array.from({ length: height / 2 }, (_, row) => {
    let line = '';
    let [front, back] = ['', ''];
    for (let x = 0; x < width; x++) {
      const [upper, lower] = [colour(2 * row, x), colour(2 * row + 1, x)];
      const changes = [
        ...(upper === front ? [] : [`38;2;${upper}`]),
        ...(lower === back ? [] : [`48;2;${lower}`]),
      ];
      line += `${changes.length === 0 ? '' : `\u001b[${changes.join(';')}m`}▀`;
      [front, back] = [upper, lower];
    }
    return `${line}\u001b[0m`;
  });
}

/** A PNG in Kitty's protocol, in pieces of 4096 characters; `q=2` forbids answers. */
export function encodeKitty(png: Uint8Array, cells: { columns: number; rows: number }): string {
  const pieces = Buffer.from(png)
    .toString('base64')
    .match(/.{1,4096}/g)!;
  return pieces
    .map((piece, index) => {
      const more = `m=${index < pieces.length - 1 ? 1 : 0}`;
      const keys = index === 0 ? `a=T,f=100,q=2,c=${cells.columns},r=${cells.rows},${more}` : `q=2,${more}`;
      return `\u001b_G${keys};${piece}\u001b\\`;
    })
    .join('');
}

/** A PNG in iTerm2's protocol. */
export function encodeIterm2(png: Uint8Array, cells: { columns: number; rows: number }): string {
  const keys = `inline=1;size=${png.length};width=${cells.columns};height=${cells.rows};preserveAspectRatio=0`;
  return `\u001b]1337;File=${keys}:${Buffer.from(png).toString('base64')}\u0007`;
}

interface Picture {
  caption: string;
  cells: { columns: number; rows: number };
  image: RgbImage;
}

const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - textWidth(text)));
const captionsOf = (pictures: readonly Picture[]): string =>
  pictures
    .map(({ caption, cells }) => pad(fitText(caption, cells.columns), cells.columns))
    .join(' '.repeat(GAP))
    .trimEnd();

/** Pictures side by side as half blocks, those of less height with nothing below. */
function renderBlocks(pictures: readonly Picture[]): string {
  const drawn = pictures.map(({ image }) => encodeBlocks(image));
  const height = Math.max(...drawn.map((lines) => lines.length));
  const lines = Array.from({ length: height }, (_, row) =>
    drawn.map((own, index) => own[row] ?? ' '.repeat(pictures[index]!.cells.columns)).join(' '.repeat(GAP)),
  );
  return lines.join('\n');
}

/** Pictures side by side by a protocol: the room is made first, so that nothing scrolls while they are placed. */
async function renderGraphics(pictures: readonly Picture[], protocol: 'kitty' | 'iterm2'): Promise<string> {
  const { encodePng } = await import('@lesion/preprocess');
  const height = Math.max(...pictures.map(({ cells }) => cells.rows));
  const placed = await Promise.all(
    pictures.map(async ({ image, cells }) => {
      const png = await encodePng(image);
      const picture = protocol === 'kitty' ? encodeKitty(png, cells) : encodeIterm2(png, cells);
      return `\u001b7${picture}\u001b8\u001b[${cells.columns + GAP}C`;
    }),
  );
  return `${'\n'.repeat(height)}\u001b[${height}A${placed.join('')}\r\u001b[${height - 1}B`;
}

/** A strip for a stream; undefined where it shows no pictures. */
export function createPictureStrip(
  stream: ViewedStream,
  options: PictureStripOptions = {},
): PictureStrip | undefined {
  const { environment, limit = 4 } = options;
  const protocol = choosePictureProtocol(stream, environment);
  if (protocol === undefined) return undefined;
  const room = (stream.columns || 80) - 1;
  const pictures: Picture[] = [];
  return {
    get isFull() {
      return pictures.length >= limit;
    },
    async add(caption, image, draw) {
      if (pictures.length >= limit) return;
      const cells = pictureCells(image, room);
      const size =
        protocol === 'blocks'
          ? { height: 2 * cells.rows, width: cells.columns }
          : { height: CHARACTER.height * cells.rows, width: CHARACTER.width * cells.columns };
      pictures.push({ caption: harmless(caption), cells, image: await draw(size) });
    },
    async render() {
      const rows: Picture[][] = [];
      let used = room;
      for (const picture of pictures) {
        if (used + GAP + picture.cells.columns > room) {
          rows.push([]);
          used = -GAP;
        }
        rows.at(-1)!.push(picture);
        used += GAP + picture.cells.columns;
      }
      const texts = rows.map(async (row) => {
        const drawn = protocol === 'blocks' ? renderBlocks(row) : await renderGraphics(row, protocol);
        return `${drawn}\n${captionsOf(row)}\n`;
      });
      return (await Promise.all(texts)).join('\n');
    },
  };
}
