/** Worker threads for what would keep the main thread busy while a network computes. Leans on tinypool. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LesionError } from '@lesion/core';
import { Tinypool } from 'tinypool';
import type { WorkerReply } from './worker-reply.js';

export interface WorkerPoolOptions {
  /** Worker threads. @default the processors that this process may use */
  threads?: number | undefined;
}

/** The kinds of tasks that a worker's module knows, each with its result. */
export type TaskKinds<Kinds> = { [Kind in keyof Kinds]: { task: { kind: Kind }; result: object } };

/** Threads that all run one module, whose default export was made by `replying`. */
export class WorkerPool<Tasks extends TaskKinds<Tasks>> {
  readonly #pool: Tinypool;

  /** @param worker the module's name, beside this one */
  constructor(worker: string, { threads = availableParallelism() }: WorkerPoolOptions = {}) {
    this.#pool = new Tinypool({
      filename: fileURLToPath(new URL(worker, import.meta.url)),
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 30_000,
    });
  }

  /** Runs one task. @throws the LesionError that the task ended with */
  async run<Kind extends keyof Tasks>(task: Tasks[Kind]['task']): Promise<Tasks[Kind]['result']> {
    const reply = (await this.#pool.run(task)) as WorkerReply<Tasks[Kind]['result']>;
    if ('failure' in reply) throw new LesionError(reply.failure.code, reply.failure.details);
    return reply.result;
  }

  /** Ends the threads; tasks that still run are dropped. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
