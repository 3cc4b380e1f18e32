/** Progress on standard error: in place on a terminal, a line every few seconds elsewhere. */
import { formatDuration } from './format.js';

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
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  /** Whether the terminal shows colours; Node's own streams heed NO_COLOR here. */
  hasColors?(): boolean;
}

export interface ProgressOptions {
  /** What is done: `scoring`. */
  label: string;
  /** What is counted, in the plural: `images`; empty where phases count different things. */
  unit: string;
  /** The clock, in milliseconds. @default performance.now */
  now?: (() => number) | undefined;
}

const TERMINAL_INTERVAL = 100;
const PLAIN_INTERVAL = 5000;

/** Formats a line of progress: `scoring 42/150 images, 28 %, 31.2/s, 3.5 s left, ISIC_0000042`. */
export function formatProgress(
  state: ProgressState,
  timing: { rate: number | undefined; label: string; unit: string },
): string {
  const { done, total, detail, phase = timing.label } = state;
  const parts = [`${phase} ${done}/${total} ${timing.unit}`.trimEnd()];
  if (total > 0) parts.push(`${Math.floor((done / total) * 100)} %`);
  if (timing.rate !== undefined && timing.rate > 0) {
    parts.push(
      timing.rate >= 1 ? `${timing.rate.toPrecision(3)}/s` : `${formatDuration(1000 / timing.rate)} each`,
    );
    if (done < total) parts.push(`${formatDuration(((total - done) / timing.rate) * 1000)} left`);
  }
  if (detail) parts.push(detail);
  return parts.join(', ');
}

/** Shows progress on a stream. The rate counts from the first update, so that resumed work is not flattered. */
export function createProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  const { label, unit, now = () => performance.now() } = options;
  const terminal = stream.isTTY === true;
  const dim = terminal && stream.hasColors?.() === true;
  const interval = terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL;
  let start = now();
  let first: { done: number; at: number } | undefined;
  let last: ProgressState | undefined;
  let shownAt = start;
  let shown: ProgressState | undefined;

  const show = (state: ProgressState, at: number): void => {
    shownAt = at;
    shown = state;
    const elapsed = first === undefined ? 0 : at - first.at;
    const rate = elapsed > 0 ? ((state.done - first!.done) / elapsed) * 1000 : undefined;
    const line = formatProgress(state, { rate, label, unit });
    if (!terminal) {
      stream.write(`${line}\n`);
      return;
    }
    // One column stays free: a full line would wrap on some terminals.
    const fitting = line.slice(0, Math.max(1, (stream.columns ?? 80) - 1));
    stream.write(dim ? `\r\u001b[K\u001b[2m${fitting}\u001b[22m` : `\r\u001b[K${fitting}`);
  };

  return {
    update(state) {
      const at = now();
      if (last !== undefined && last.phase !== state.phase) {
        start = at;
        first = undefined;
      }
      // Work that is reported when it is done began with the display; resumed work began elsewhere.
      first ??= state.done <= 1 ? { done: 0, at: start } : { done: state.done, at };
      last = state;
      if (at - shownAt >= interval) show(state, at);
    },
    finish() {
      if (terminal) {
        if (shown !== undefined) stream.write('\r\u001b[K');
      } else if (last !== undefined && shown !== undefined && last !== shown) {
        show(last, now());
      }
    },
  };
}

/** Progress that shows nothing, for `--quiet`. */
export const silentProgress: Progress = { update: () => undefined, finish: () => undefined };
