/** What a stream can show: how wide it is, which colours, which characters. Leans on Node's judgement of colours. */
import { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import measure from 'fast-string-truncated-width';

/** The formats that the command uses. */
export type TextFormat = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** The variables of the environment that matter here, and all others. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of a stream that tells what it can show. */
export interface ViewedStream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** A stream as somebody sees it. */
export interface Screen {
  /** Whether it is a terminal that moves its cursor when told to. */
  isTerminal: boolean;
  /** How many characters fit in a line; undefined where text goes to a file or a program. */
  readonly columns: number | undefined;
  /** Bits of colour: 1 for none, 4, 8 or 24. */
  colourBits: number;
  /** Whether blocks and lines beyond ASCII come out as such. */
  hasUnicode: boolean;
  /** Gives text a format, where there are colours. */
  style(format: TextFormat, text: string): string;
}

/** Whether the locale's characters are Unicode's; one that names no encoding says nothing against it. */
function hasUnicode(environment: Environment): boolean {
  if (process.platform === 'win32') {
    return Boolean(environment['WT_SESSION'] || environment['TERM_PROGRAM'] || environment['MSYSTEM']);
  }
  // The console of the Linux kernel lacks most of the characters.
  if (environment['TERM'] === 'linux') return false;
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return !locale.includes('.') || /\.utf-?8/i.test(locale);
}

/** Bits of colour: none without a terminal, unless FORCE_COLOR asks for them; NO_COLOR always has its way. */
function colourBits(isTTY: boolean, environment: Environment): number {
  if (environment['NO_COLOR']) return 1;
  if (!isTTY && environment['FORCE_COLOR'] === undefined) return 1;
  const bits = WriteStream.prototype.getColorDepth.call(undefined as never, { ...environment });
  // Node takes tmux for 256 colours; it passes 24 bits on, or takes the nearest colour that it has.
  const isShared = environment['TMUX'] !== undefined && environment['FORCE_COLOR'] === undefined;
  return isShared && /^(truecolor|24bit)$/.test(environment['COLORTERM'] ?? '') ? 24 : bits;
}

/** Looks at a stream and at the environment; asks the terminal nothing, so that no answer can go astray. */
export function createScreen(stream: ViewedStream, environment: Environment = process.env): Screen {
  const isTTY = stream.isTTY === true;
  const bits = colourBits(isTTY, environment);
  return {
    isTerminal: isTTY && environment['TERM'] !== 'dumb',
    get columns() {
      // A terminal that does not know its width says 0.
      return isTTY ? stream.columns || 80 : undefined;
    },
    colourBits: bits,
    hasUnicode: hasUnicode(environment),
    // Which colours there are is decided here; Node would look at the process's own output.
    style: (format, text) => (bits === 1 ? text : styleText(format, text, { validateStream: false })),
  };
}

/** A screen that shows letters and nothing else, as a file does. */
export const plainScreen: Screen = createScreen({}, {});

/** How many columns text takes; colours none, wide characters two. */
export function textWidth(text: string): number {
  return measure(text).width;
}

/** The beginning of a text that fits into so many columns; `ending` stands for what is missing. */
export function fitText(text: string, columns: number, ending = '...'): string {
  const ellipsis = columns > 2 * ending.length ? ending : '';
  const { index, truncated } = measure(text, { limit: columns, ellipsis });
  return truncated ? `${text.slice(0, index)}${ellipsis}` : text;
}

/** Text from files and folders without what would steer a terminal: colours, cursor, line breaks. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ');
}
