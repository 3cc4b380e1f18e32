/** Worker threads that decode and augment while the network computes. Leans on tinypool. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LesionError } from '@lesion/core';
import { Tinypool } from 'tinypool';
import type { WorkerReply, WorkerTask, WorkerTasks } from './worker-tasks.js';

export interface WorkerPoolOptions {
  /** Worker threads. @default the processors that this process may use */
  threads?: number | undefined;
}

export class WorkerPool {
  readonly #pool: Tinypool;

  constructor(options: WorkerPoolOptions = {}) {
    const threads = options.threads ?? availableParallelism();
    this.#pool = new Tinypool({
      filename: fileURLToPath(new URL('./sample-worker.js', import.meta.url)),
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 30_000,
    });
  }

  /** Runs one task. @throws the LesionError that the task ended with */
  async run<Kind extends WorkerTask['kind']>(
    task: Extract<WorkerTask, { kind: Kind }>,
  ): Promise<WorkerTasks[Kind]['result']> {
    const reply = (await this.#pool.run(task)) as WorkerReply;
    // An error's class and code do not survive the way between threads, so they travel as data.
    if ('failure' in reply) throw new LesionError(reply.failure.code, reply.failure.details);
    return reply.result as WorkerTasks[Kind]['result'];
  }

  /** Ends the threads; tasks that still run are dropped. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
