/** Progress and notes on standard error: one line in place on a terminal, a line now and then elsewhere. */
import { formatDuration } from './format.js';
import {
  createScreen,
  type Environment,
  fitText,
  harmless,
  type Screen,
  textWidth,
  type ViewedStream,
} from './screen.js';

/** How far a piece of work has come. */
export interface ProgressState {
  done: number;
  /** Units in all. */
  total: number;
  /** What is done, where work has several phases; the rate starts anew with each. @default the display's label */
  phase?: string | undefined;
  /** What is being worked on or how it fares: an id, a loss. */
  detail?: string | undefined;
}

export interface Progress {
  update(state: ProgressState): void;
  /** Ends the display; what follows starts on a clean line. */
  finish(): void;
}

/** Where progress goes: standard error, or a test's stand-in. */
export interface ProgressStream extends ViewedStream {
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is done: `scoring`. */
  label: string;
  /** What is counted, in the plural: `images`; empty where phases count different things. */
  unit: string;
}

/** Standard error while a command runs: its notes, and the progress of one piece of work at a time. */
export interface Display {
  /** Writes a line for people. */
  note(line: string): void;
  progress(options: ProgressOptions): Progress;
  /** Takes a line in place away, whatever ends the command. */
  clear(): void;
}

export interface DisplayOptions {
  /** The clock, in milliseconds. @default performance.now */
  now?: (() => number) | undefined;
  /** @default process.env */
  environment?: Environment | undefined;
}

/** On a terminal: ten times a second at most. */
const TERMINAL_INTERVAL = 100;
/** Elsewhere: a line every ten seconds, or with every twentieth of the work, but not one upon the other. */
const PLAIN_INTERVAL = 10_000;
const PLAIN_SHARE = 0.05;
const LEAST_PLAIN_INTERVAL = 5000;
/** The rate is that of the last half minute: work speeds up when caches are warm, and slows down on big images. */
const RATE_SPAN = 30_000;
const LEAST_BAR = 8;
const MOST_BAR = 24;

interface Wording {
  rate: number | undefined;
  label: string;
  unit: string;
}

/** The pieces of a line of progress, in order. */
function wordProgress({ done, total, detail, phase }: ProgressState, { rate, label, unit }: Wording) {
  const isRated = rate !== undefined && rate > 0;
  return {
    name: phase ?? label,
    count: `${done}/${total}`,
    unit,
    share: total > 0 ? `${Math.floor((done / total) * 100)} %` : '',
    rate: !isRated ? '' : rate >= 1 ? `${rate.toPrecision(3)}/s` : `${formatDuration(1000 / rate)} each`,
    left: isRated && done < total ? `${formatDuration(((total - done) / rate) * 1000)} left` : '',
    detail: harmless(detail ?? ''),
  };
}

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join(', ');

/** A line of progress: `scoring 42/150 images, 28 %, 31.2/s, 3.5 s left, ISIC_0000042`. */
export function formatProgress(state: ProgressState, wording: Wording): string {
  const { name, count, unit, share, rate, left, detail } = wordProgress(state, wording);
  return joined(`${name} ${count} ${unit}`.trimEnd(), share, rate, left, detail);
}

/** A bar of so many columns, drawn to an eighth of one where there are characters for it. */
export function formatBar(
  share: number,
  width: number,
  screen: Pick<Screen, 'hasUnicode' | 'style'>,
): string {
  const filled = Math.min(1, Math.max(0, share)) * width;
  if (!screen.hasUnicode) {
    const whole = Math.round(filled);
    return `[${'#'.repeat(whole)}${'-'.repeat(width - whole)}]`;
  }
  const eighths = Math.round(filled * 8);
  const part = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8]!;
  const bar = '█'.repeat(Math.floor(eighths / 8)) + part;
  return `▕${screen.style('cyan', bar)}${' '.repeat(width - bar.length)}▏`;
}

/** A line of progress on a terminal: with a bar where there is room, and without what there is no room for. */
export function formatTerminalProgress(state: ProgressState, wording: Wording, screen: Screen): string {
  // A full line would wrap on some terminals, and so would the ^C that a terminal writes behind it.
  const room = Math.max(1, (screen.columns ?? 80) - 3);
  const { name, count, unit, share, rate, left, detail } = wordProgress(state, wording);
  const counted = `${count} ${unit}`.trimEnd();
  const line = joined(counted, share, rate, left, detail);
  const forBar = room - textWidth(name) - textWidth(line) - 4;
  if (forBar >= LEAST_BAR && state.total > 0) {
    const bar = formatBar(state.done / state.total, Math.min(MOST_BAR, forBar), screen);
    return `${name} ${bar} ${screen.style('dim', line)}`;
  }
  const shorter = [
    joined(`${name} ${counted}`, share, rate, left, detail),
    joined(`${name} ${count}`, rate, left, detail),
    joined(`${name} ${count}`, left, detail),
    joined(`${name} ${count}`, left),
    `${name} ${count}`,
  ];
  const fitting = shorter.find((text) => textWidth(text) <= room) ?? fitText(shorter.at(-1)!, room);
  return screen.style('dim', fitting);
}

/** Measures the rate of work over its last half minute. */
class Rate {
  readonly #marks: { done: number; at: number }[] = [];

  /** @param start when the work began; work that was resumed began elsewhere, and counts from its first sign */
  constructor(start: number, state: ProgressState, at: number) {
    this.#marks.push(state.done <= 1 ? { done: 0, at: start } : { done: state.done, at });
  }

  /** Units a second; undefined until known. */
  mark(done: number, at: number): number | undefined {
    const marks = this.#marks;
    const last = marks.at(-1)!;
    // A mark a hundredth of the span apart is enough, however often work tells of itself.
    if (marks.length < 2 || at - marks.at(-2)!.at >= RATE_SPAN / 100) marks.push({ done, at });
    else Object.assign(last, { done, at });
    while (marks.length > 2 && at - marks[1]!.at >= RATE_SPAN) marks.shift();
    const first = marks[0]!;
    return at > first.at ? ((done - first.done) / (at - first.at)) * 1000 : undefined;
  }
}

/** Looks after standard error while a command runs. */
export function createDisplay(stream: ProgressStream, options: DisplayOptions = {}): Display {
  const { now = () => performance.now(), environment } = options;
  const screen = createScreen(stream, environment);
  const { isTerminal } = screen;
  let isLineInPlace = false;

  const clear = (): void => {
    if (isLineInPlace) stream.write('\r\u001b[K');
    isLineInPlace = false;
  };

  return {
    clear,
    note(line) {
      clear();
      stream.write(`${line}\n`);
    },
    progress({ label, unit }) {
      let start = now();
      let shownAt = start;
      let rate: Rate | undefined;
      let current: number | undefined;
      let last: ProgressState | undefined;
      let shown: ProgressState | undefined;

      const show = (state: ProgressState, at: number): void => {
        shownAt = at;
        shown = state;
        const wording = { rate: current, label, unit };
        if (isTerminal) {
          // The cursor is never hidden, so that nothing has to bring it back.
          stream.write(`\r\u001b[K${formatTerminalProgress(state, wording, screen)}`);
          isLineInPlace = true;
        } else {
          stream.write(`${formatProgress(state, wording)}\n`);
        }
      };
      const isDue = ({ done, total, phase }: ProgressState, at: number): boolean => {
        const elapsed = at - shownAt;
        if (isTerminal) return shown === undefined || elapsed >= TERMINAL_INTERVAL;
        if (elapsed >= PLAIN_INTERVAL) return true;
        const before = shown?.phase === phase ? (shown?.done ?? 0) : 0;
        return elapsed >= LEAST_PLAIN_INTERVAL && total > 0 && (done - before) / total >= PLAIN_SHARE;
      };

      return {
        update(state) {
          const at = now();
          if (last !== undefined && last.phase !== state.phase) {
            start = at;
            rate = undefined;
          }
          rate ??= new Rate(start, state, at);
          current = rate.mark(state.done, at);
          last = state;
          if (isDue(state, at)) show(state, at);
        },
        finish() {
          if (isTerminal) clear();
          else if (last !== undefined && shown !== undefined && last !== shown) show(last, now());
          last = undefined;
        },
      };
    },
  };
}

/** A display that shows nothing, for `--quiet`. */
export const silentDisplay: Display = {
  note: () => undefined,
  progress: () => ({ update: () => undefined, finish: () => undefined }),
  clear: () => undefined,
};
