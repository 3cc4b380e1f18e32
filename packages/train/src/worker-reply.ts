/** How a worker thread answers: an error's class and code do not survive the way between threads, so they travel as data. */
import { LesionError, type LesionErrorCode, type LesionErrorDetails } from '@lesion/core';
import { Tinypool } from 'tinypool';

export type WorkerReply<Result> =
  | { result: Result }
  | { failure: { code: LesionErrorCode; details: LesionErrorDetails } };

/** A reply whose arrays move to the other thread instead of being copied. */
function moving(reply: object, arrays: readonly ArrayBufferView[]): object {
  return Tinypool.move({
    [Tinypool.transferableSymbol]: arrays.map(({ buffer }) => buffer),
    [Tinypool.valueSymbol]: reply,
  } as unknown as ArrayBuffer);
}

/**
 * What a worker's module exports as its default.
 *
 * @param arraysOf the arrays of a result that move to the other thread, each the whole of its buffer
 */
export function replying<Task, Result>(
  work: (task: Task) => Promise<Result>,
  arraysOf: (result: Result) => readonly ArrayBufferView[] = () => [],
): (task: Task) => Promise<object> {
  return async (task) => {
    try {
      const result = await work(task);
      const reply: WorkerReply<Result> = { result };
      return moving(reply, arraysOf(result));
    } catch (error) {
      if (!LesionError.isInstance(error)) throw error;
      const { cause: _, ...details } = error.details;
      const reply: WorkerReply<Result> = { failure: { code: error.code, details } };
      return reply;
    }
  };
}
