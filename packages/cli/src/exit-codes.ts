/** The exit codes of the command, and which error leads to which. Leans on core's error codes. */
import { LesionError, type LesionErrorCode } from '@lesion/core';

export const EXIT = {
  success: 0,
  /** The run failed although its input was good. */
  failure: 1,
  /** Bad usage or bad input: the user can mend it. */
  badInput: 2,
  /** Stopped by Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_OF_CODE: Record<LesionErrorCode, ExitCode> = {
  INVALID_ARGUMENT: EXIT.badInput,
  INVALID_FILE: EXIT.badInput,
  NOT_FOUND: EXIT.badInput,
  INTEGRITY: EXIT.badInput,
  LIMIT_EXCEEDED: EXIT.badInput,
  ENGINE_UNAVAILABLE: EXIT.badInput,
  NOT_FINITE: EXIT.failure,
  ABORTED: EXIT.interrupted,
};

/** What the system says of a path that the user gave. */
const PATH_ERRORS = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENAMETOOLONG',
]);

/** The exit code that an error stands for: 2 for what the user can mend, 1 for everything unforeseen. */
export function exitCodeOf(error: unknown): ExitCode {
  // A newer copy of core may know codes that this one does not.
  if (LesionError.isInstance(error)) return EXIT_OF_CODE[error.code] ?? EXIT.failure;
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  return path !== undefined && PATH_ERRORS.has(String(code)) ? EXIT.badInput : EXIT.failure;
}
