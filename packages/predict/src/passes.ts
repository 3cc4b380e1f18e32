/** What long predictions tell while they run, and how they are stopped: between two passes through a network. */
import { throwIfAborted } from '@lesion/core';

/** How far a prediction has come. */
export interface PredictionProgress {
  /** Passes through a network that are done. */
  done: number;
  total: number;
}

/** Options of predictions that take long. */
export interface PassOptions {
  /** Called after each pass through a network. @default nothing is called */
  onProgress?: ((progress: PredictionProgress) => void) | undefined;
  /** Ends the prediction before its next pass through a network. @default it cannot be ended */
  signal?: AbortSignal | undefined;
}

/**
 * Lets the page draw, and whoever wants to abort do so: an engine on the CPU keeps the thread busy throughout a pass,
 * and its promises are kept before anything else has its turn.
 */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Counts the passes of one prediction. */
export class Passes {
  readonly #options: PassOptions;
  #done = 0;

  constructor(
    readonly total: number,
    readonly where: string,
    options: PassOptions,
  ) {
    this.#options = options;
  }

  /** Runs one pass. @throws LesionError `ABORTED` before it if that was asked for, and after the last one */
  async run<Result>(pass: () => Promise<Result>): Promise<Result> {
    const { onProgress, signal } = this.#options;
    throwIfAborted(signal, { where: this.where });
    const result = await pass();
    this.#done++;
    onProgress?.({ done: this.#done, total: this.total });
    if (onProgress !== undefined || signal !== undefined) await turn();
    throwIfAborted(signal, { where: this.where });
    return result;
  }
}
