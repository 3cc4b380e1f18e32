/**
 * A process that works when it is told to and sleeps otherwise. It is asked in lines of JSON on its standard input
 * and answers in lines of JSON on its standard output; between two questions it waits for the next line.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LesionError } from '@lesion/core';

/** How a worker is started. */
export interface WorkerCommand {
  program: string;
  args: readonly string[];
  /** Added to the environment. */
  environment?: Readonly<Record<string, string>>;
}

/** What a worker says of itself once it can begin. */
export interface WorkerFacts {
  /** Library, version and device. */
  name: string;
  /** Trainable weights of its network, where it has one. */
  weights?: number;
}

type Answer = Readonly<Record<string, unknown>>;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Of what a worker prints beside its answers, this much is kept to explain its end. */
const KEPT_CHARACTERS = 2000;

export class BenchWorker {
  readonly facts: WorkerFacts;
  readonly #child: WorkerChild;

  private constructor(child: WorkerChild, facts: WorkerFacts) {
    this.#child = child;
    this.facts = facts;
  }

  /**
   * Starts a worker and waits until it is ready.
   *
   * @throws Error with the worker's own reason if it cannot do the work; LesionError `ABORTED`
   */
  static async start(command: WorkerCommand, signal?: AbortSignal): Promise<BenchWorker> {
    const child = new WorkerChild(command, signal);
    try {
      const { ready } = await child.answer();
      return new BenchWorker(child, ready as WorkerFacts);
    } catch (error) {
      await child.end();
      throw error;
    }
  }

  /** Asks and waits for the answer; one question at a time. */
  async ask(question: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.#child.ask(question);
  }

  /** Takes steps. @returns each one's figure: milliseconds, unless the case has another unit */
  async steps(count: number): Promise<number[]> {
    const { times } = await this.ask({ do: 'steps', count });
    return times as number[];
  }

  /** The most memory that the process has ever had resident: megabytes, unless the case has another unit. */
  async peakMemory(): Promise<number> {
    const { peak } = await this.ask({ do: 'memory' });
    return peak as number;
  }

  /** Has the result of the work written to a file of arrays. */
  async writeOutput(path: string): Promise<void> {
    await this.ask({ do: 'output', path });
  }

  /** Ends the process; it has nothing to save. */
  async close(): Promise<void> {
    await this.#child.end();
  }
}

/** The process and the one answer that is waited for. */
class WorkerChild {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #printed = '';
  #waiting: Waiting | undefined;
  /** An answer or an end that came before it was waited for. */
  #early: Answer | Error | undefined;

  constructor({ program, args, environment = {} }: WorkerCommand, signal: AbortSignal | undefined) {
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      // A group of its own: Ctrl-C reaches the harness alone, which then ends its workers.
      detached: true,
    });
    const stop = (): void => this.#kill();
    signal?.addEventListener('abort', stop, { once: true });
    // A question to a process that is gone fails by its end, not by the pipe.
    this.#child.stdin!.on('error', () => undefined);
    const keep = (text: string): void => {
      this.#printed = (this.#printed + text).slice(-KEPT_CHARACTERS);
    };
    this.#child.stderr!.setEncoding('utf8').on('data', keep);
    const lines = createInterface({ input: this.#child.stdout! });
    lines.on('line', (line) => this.#hear(line, keep));
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#settle(new Error(`${program} does not start: ${error.message}`));
        resolve();
      });
      this.#child.once('close', (code, killedBy) => {
        signal?.removeEventListener('abort', stop);
        this.#settle(
          signal?.aborted
            ? new LesionError('ABORTED', { what: 'stopped on request' })
            : new Error(
                `the worker ended (${killedBy ?? `code ${code}`}): ${this.#printed.trim() || 'it said nothing'}`,
              ),
        );
        resolve();
      });
    });
    if (signal?.aborted) stop();
  }

  async ask(question: Answer): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`);
    return this.answer();
  }

  answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const early = this.#early;
      if (early instanceof Error) reject(early);
      else if (early !== undefined) {
        this.#early = undefined;
        resolve(early);
      } else this.#waiting = { resolve, reject };
    });
  }

  async end(): Promise<void> {
    this.#kill();
    await this.#ended;
  }

  /** Ends the process and whatever it has started, which is its group. */
  #kill(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already, or a system without groups of processes.
      this.#child.kill('SIGKILL');
    }
  }

  #hear(line: string, keep: (text: string) => void): void {
    let answer: Answer;
    try {
      // Libraries print to standard output too; what is not an object of JSON is theirs.
      if (!line.startsWith('{')) throw new SyntaxError(line);
      answer = JSON.parse(line) as Answer;
    } catch {
      keep(`${line}\n`);
      return;
    }
    this.#settle('error' in answer ? new Error(String(answer['error'])) : answer);
  }

  #settle(answer: Answer | Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) {
      // The first reason is the best one: a worker that says why it cannot work ends right after.
      if (!(this.#early instanceof Error)) this.#early = answer;
    } else if (answer instanceof Error) {
      this.#early ??= answer;
      waiting.reject(answer);
    } else waiting.resolve(answer);
  }
}
