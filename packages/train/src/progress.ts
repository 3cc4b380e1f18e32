/** What long work tells while it runs. */

/** One sign of life of a long piece of work. */
export interface Progress {
  /** What is being done: `training dr`, `superpixels`, `validation`. */
  phase: string;
  done: number;
  total: number;
  /** Units a second, over the last units; undefined until known. */
  rate?: number | undefined;
  /** Seconds left at that rate; undefined until known. */
  secondsLeft?: number | undefined;
  /** Mean loss of the latest optimiser step. */
  loss?: number | undefined;
  learningRate?: number | undefined;
  /** 1-based, of {@link epochs}. */
  epoch?: number | undefined;
  epochs?: number | undefined;
}

/** Is called as a run goes on. */
export type OnProgress = (progress: Progress) => void;

/** Measures the rate of work over its last minute. */
export class RateMeter {
  readonly #marks: { time: number; done: number }[] = [];

  /** @returns rate and seconds left once two marks exist */
  mark(done: number, total: number): { rate?: number; secondsLeft?: number } {
    const time = performance.now();
    this.#marks.push({ time, done });
    while (this.#marks.length > 2 && time - this.#marks[0]!.time > 60_000) this.#marks.shift();
    const first = this.#marks[0]!;
    const seconds = (time - first.time) / 1000;
    if (seconds <= 0 || done <= first.done) return {};
    const rate = (done - first.done) / seconds;
    return { rate, secondsLeft: (total - done) / rate };
  }
}
