/**
 * The error family of all lesion packages: one base class with a stable `code` and a message that
 * says what went wrong, where, what was got, what was expected and how to mend it.
 */

/** Stable identifiers of the error kinds. */
export type LesionErrorCode =
  /** An argument or option of a call is wrong. */
  | 'INVALID_ARGUMENT'
  /** A file or its content is wrong: damaged, of the wrong size, of an unknown format. */
  | 'INVALID_FILE'
  /** A file or folder that is needed does not exist. */
  | 'NOT_FOUND'
  /** A stored file's hash or length differs from what was recorded for it. */
  | 'INTEGRITY'
  /** A limit that guards memory or time was exceeded. */
  | 'LIMIT_EXCEEDED'
  /** No engine can be loaded, or the chosen one cannot do the job. */
  | 'ENGINE_UNAVAILABLE'
  /** A number became NaN or infinite where none may be. */
  | 'NOT_FINITE'
  /** The caller asked to stop. */
  | 'ABORTED';

/** The parts that a message is put together from. */
export interface LesionErrorDetails {
  /** What went wrong, as a sentence without a full stop: `mask has the wrong size`. */
  what: string;
  /** Where: a file path, a parameter name, a row of a table. */
  where?: string | undefined;
  /** What was there. */
  got?: string | number | undefined;
  /** What should have been there. */
  expected?: string | number | undefined;
  /** How to mend it. */
  mend?: string | undefined;
  /** The error that caused this one. */
  cause?: unknown;
}

const marker = Symbol.for('@lesion/core.LesionError');

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

function compose(details: LesionErrorDetails): string {
  const parts = [details.where === undefined ? details.what : `${details.where}: ${details.what}`];
  if (details.got !== undefined) parts.push(`got ${details.got}`);
  if (details.expected !== undefined) parts.push(`expected ${details.expected}`);
  const sentence = parts.join('; ');
  return oneLine(details.mend === undefined ? sentence : `${sentence}. ${details.mend}`);
}

/**
 * An error of a lesion package. Its message is one line.
 *
 * @example
 * ```ts
 * try {
 *   throw new LesionError('INVALID_FILE', {
 *     what: 'the mask has another size than its image',
 *     where: 'ISIC_0000000_segmentation.png',
 *     got: '100x80',
 *     expected: '1022x767',
 *     mend: 'Write the mask again at the image\'s size.',
 *   });
 * } catch (error) {
 *   if (LesionError.isInstance(error)) error.code; // 'INVALID_FILE'
 * }
 * ```
 */
export class LesionError extends Error {
  override readonly name: string = 'LesionError';
  readonly code: LesionErrorCode;
  readonly details: Readonly<LesionErrorDetails>;
  /** Marks the family, so that {@link LesionError.isInstance} works across two copies of this package. */
  readonly [marker] = true;

  constructor(code: LesionErrorCode, details: LesionErrorDetails) {
    super(compose(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** Whether a value is an error of this family, made by this or another copy of the package. */
  static isInstance(value: unknown): value is LesionError {
    return value instanceof Error && (value as { [marker]?: unknown })[marker] === true;
  }
}

/** Makes an `INVALID_ARGUMENT` error. */
export function invalidArgument(details: LesionErrorDetails): LesionError {
  return new LesionError('INVALID_ARGUMENT', details);
}

/** Makes an `INVALID_FILE` error; `where` names the file. */
export function invalidFile(details: LesionErrorDetails & { where: string }): LesionError {
  return new LesionError('INVALID_FILE', details);
}
