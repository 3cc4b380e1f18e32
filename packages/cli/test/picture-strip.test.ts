// What is written for pictures, decoded again: by an emulated terminal, or by a decoder of PNG.
import { createRgbImage, type RgbImage, type Size, sizeOf } from '@lesion/core';
import { decodeImage } from '@lesion/preprocess';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { choosePictureProtocol, createPictureStrip, pictureCells } from '../src/picture-strip.js';
import { show } from './terminal.js';

/** A picture in which every pixel has a colour of its own. */
function drawPattern({ height, width }: Size, seed = 0): RgbImage {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = (i * 37 + seed * 101 + (i >> 7)) % 256;
  return createRgbImage({ height, width }, data);
}

const pixels = (image: RgbImage, y: number, x: number): number[] => [0, 1, 2].map((c) => image.get(y, x, c));

const TRUE_COLOUR = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'en_GB.UTF-8' };
const terminal = { isTTY: true, columns: 80 };

/** The two protocols' sequences: keys, then the file or a piece of it as base 64. */
const [ESCAPE, BELL] = ['\u001b', '\u0007'];
const KITTY = new RegExp(`${ESCAPE}_G([^;]*);([\\w+/=]*)${ESCAPE}\\\\`, 'g');
const ITERM2 = new RegExp(`${ESCAPE}\\]1337;File=([^:]*):([\\w+/=]*)${BELL}`);

afterEach(() => vi.unstubAllEnvs());

/** Sets the whole environment, as far as terminals go. */
function stubEnvironment(environment: Record<string, string>): Record<string, string> {
  for (const name of Object.keys(process.env)) {
    if (/TERM|KITTY|KONSOLE|GHOSTTY|COLOR|TMUX|STY|WEZ/.test(name)) vi.stubEnv(name, undefined);
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return environment;
}

describe('choosePictureProtocol', () => {
  it.each([
    ['blocks', TRUE_COLOUR],
    ['kitty', { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1', COLORTERM: 'truecolor' }],
    ['kitty', { TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty', COLORTERM: 'truecolor' }],
    ['iterm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.5.0' }],
    ['iterm2', { ...TRUE_COLOUR, TERM_PROGRAM: 'WezTerm', TERM_PROGRAM_VERSION: '20240203-110809' }],
    ['iterm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'mintty' }],
    ['blocks', { ...TRUE_COLOUR, TERM_PROGRAM: 'vscode', TERM_PROGRAM_VERSION: '1.90.0' }],
    // Within tmux, whatever the terminal around it can do.
    ['blocks', { ...TRUE_COLOUR, TERM: 'tmux-256color', TMUX: '/tmp/tmux', KITTY_WINDOW_ID: '1' }],
    [undefined, { TERM: 'xterm-256color' }],
    [undefined, { ...TRUE_COLOUR, LANG: 'de_DE.ISO-8859-1' }],
    [undefined, { ...TRUE_COLOUR, NO_COLOR: '1' }],
    [undefined, { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1', NO_COLOR: '1' }],
    [undefined, { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1', FORCE_COLOR: '0' }],
    [undefined, { TERM: 'dumb', COLORTERM: 'truecolor' }],
  ])('takes %s for %j', (protocol, environment) => {
    const stubbed = stubEnvironment(environment);
    expect(choosePictureProtocol(terminal, stubbed)).toBe(protocol);
    expect(choosePictureProtocol({ isTTY: false }, { ...stubbed, FORCE_COLOR: '3' })).toBeUndefined();
  });
});

describe('pictureCells', () => {
  it('keeps the aspect ratio of characters that are twice as high as wide', () => {
    expect(pictureCells({ height: 600, width: 800 }, 79)).toEqual({ columns: 35, rows: 13 });
    expect(pictureCells({ height: 800, width: 600 }, 79)).toEqual({ columns: 20, rows: 13 });
    expect(pictureCells({ height: 600, width: 800 }, 20)).toEqual({ columns: 20, rows: 8 });
    expect(pictureCells({ height: 10, width: 4000 }, 79)).toEqual({ columns: 36, rows: 1 });
  });
});

describe('half blocks', () => {
  it('show every pixel, pictures side by side and captions below', async () => {
    const images: RgbImage[] = [];
    const strip = createPictureStrip(terminal, { environment: TRUE_COLOUR })!;
    for (const [name, size] of [
      ['first', { height: 600, width: 800 }],
      ['second, which has a name too long for it', { height: 400, width: 800 }],
      ['third', { height: 800, width: 800 }],
    ] as const) {
      await strip.add(name, size, async (small) => {
        images.push(drawPattern(small, images.length));
        return images.at(-1)!;
      });
    }
    const shown = await show((await strip.render()).replaceAll('\n', '\r\n'), 80);
    // 35 and 36 columns fit beside each other with a gap of two; the third starts a row of its own.
    const places = [
      [0, 0],
      [0, 37],
      [15, 0],
    ] as const;
    images.forEach((image, index) => {
      const [top, left] = places[index]!;
      const { height, width } = sizeOf(image);
      for (let y = 0; y < height; y += 2) {
        for (let x = 0; x < width; x++) {
          expect(shown.cell(top + y / 2, left + x)).toEqual({
            text: '▀',
            front: pixels(image, y, x),
            back: pixels(image, y + 1, x),
          });
        }
      }
    });
    // Beside and below the pictures nothing is coloured.
    expect(shown.cell(0, 35)).toEqual({ text: ' ', front: undefined, back: undefined });
    expect(shown.cell(12, 37)).toEqual({ text: ' ', front: undefined, back: undefined });
    expect(shown.lines[13]).toBe(`first${' '.repeat(32)}second, which has a name too long...`.trimEnd());
    expect(shown.lines.at(-1)).toBe('third');
  });

  it('stop at the limit', async () => {
    const strip = createPictureStrip(terminal, { environment: TRUE_COLOUR, limit: 2 })!;
    const draw = vi.fn(async (size: Size) => drawPattern(size));
    for (let i = 0; i < 5; i++) await strip.add('x', { height: 4, width: 4 }, draw);
    expect(draw).toHaveBeenCalledTimes(2);
    expect(strip.isFull).toBe(true);
  });

  it('let no caption steer the terminal', async () => {
    const strip = createPictureStrip(terminal, { environment: TRUE_COLOUR })!;
    await strip.add('a\u001b]0;owned\u0007\u001b[2J', { height: 4, width: 4 }, async (size) =>
      drawPattern(size),
    );
    const captions = (await strip.render()).split('\n').at(-2);
    expect(captions).not.toMatch(/\p{Cc}/u);
  });
});

describe('graphics protocols', () => {
  const environment = { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1', COLORTERM: 'truecolor' };

  it("send Kitty a PNG in pieces that ask for no answer, and leave the terminal's cursor below", async () => {
    stubEnvironment(environment);
    const strip = createPictureStrip(terminal, { environment })!;
    const images: RgbImage[] = [];
    for (const name of ['one', 'two']) {
      await strip.add(name, { height: 600, width: 800 }, async (size) => {
        images.push(drawPattern(size, images.length));
        return images.at(-1)!;
      });
    }
    const text = await strip.render();
    const files: string[] = [];
    for (const [, keys, data] of text.matchAll(KITTY)) {
      expect(data!.length).toBeLessThanOrEqual(4096);
      expect(keys).toContain('q=2');
      if (keys!.includes('a=T')) {
        expect(keys).toMatch(/^a=T,f=100,q=2,c=35,r=13,m=[01]$/);
        files.push('');
      }
      files[files.length - 1] += data!;
    }
    expect(files).toHaveLength(2);
    for (const [index, file] of files.entries()) {
      const decoded = await decodeImage(Buffer.from(file, 'base64'));
      expect(sizeOf(decoded)).toEqual({ height: 260, width: 350 });
      expect(decoded.data).toEqual(images[index]!.data);
    }
    const shown = await show(`${'x\r\n'.repeat(48)}${text.replaceAll('\n', '\r\n')}end`, 80, 50);
    expect(shown.lines.slice(-2)).toEqual([`one${' '.repeat(34)}two`, 'end']);
    // Thirteen lines of the picture lie between what stood there and the captions.
    expect(shown.lines.lastIndexOf('x')).toBe(shown.lines.length - 16);
  });

  it('send iTerm2 a PNG', async () => {
    const iterm = { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.5.0' };
    stubEnvironment(iterm);
    const strip = createPictureStrip(terminal, { environment: iterm })!;
    let image: RgbImage | undefined;
    await strip.add('one', { height: 600, width: 800 }, async (size) => {
      image = drawPattern(size);
      return image;
    });
    const [, keys, data] = ITERM2.exec(await strip.render())!;
    const file = Buffer.from(data!, 'base64');
    expect(keys).toBe(`inline=1;size=${file.length};width=35;height=13;preserveAspectRatio=0`);
    expect((await decodeImage(file)).data).toEqual(image!.data);
  });
});
