import { LesionError } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from './exit-codes.js';

describe('exitCodeOf', () => {
  it('tells what the user can mend from what failed', () => {
    expect(exitCodeOf(new LesionError('INVALID_FILE', { what: 'truncated' }))).toBe(EXIT.badInput);
    expect(exitCodeOf(new LesionError('INTEGRITY', { what: 'changed' }))).toBe(EXIT.badInput);
    expect(exitCodeOf(new LesionError('NOT_FINITE', { what: 'the loss became NaN' }))).toBe(EXIT.failure);
    expect(exitCodeOf(new LesionError('ABORTED', { what: 'stopped' }))).toBe(EXIT.interrupted);
    expect(exitCodeOf(new TypeError('a bug'))).toBe(EXIT.failure);
    expect(exitCodeOf('a thrown text')).toBe(EXIT.failure);
    expect(exitCodeOf(undefined)).toBe(EXIT.failure);
    expect(exitCodeOf(Object.assign(new Error('EISDIR'), { code: 'EISDIR', path: 'out' }))).toBe(
      EXIT.badInput,
    );
    expect(exitCodeOf(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }))).toBe(EXIT.failure);
    expect(exitCodeOf(new LesionError('A_LATER_CODE' as 'ABORTED', { what: 'unknown' }))).toBe(EXIT.failure);
  });
});
