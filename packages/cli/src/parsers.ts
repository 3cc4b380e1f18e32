/** Parsers of option values for commander: each says in one sentence what was expected. */
import { InvalidArgumentError } from 'commander';

/** Bounds of a number, both included. */
export interface NumberBounds {
  min?: number | undefined;
  max?: number | undefined;
}

function bounded(value: number, kind: string, { min, max }: NumberBounds): number {
  if ((min !== undefined && value < min) || (max !== undefined && value > max) || Number.isNaN(value)) {
    const lower = min === undefined ? '' : ` of at least ${min}`;
    const upper = max === undefined ? '' : `${lower === '' ? ' of' : ' and'} at most ${max}`;
    throw new InvalidArgumentError(`Expected ${kind}${lower}${upper}.`);
  }
  return value;
}

/** A parser of whole numbers. */
export function wholeNumber(bounds: NumberBounds = {}): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    return bounded(Number.isSafeInteger(value) ? value : Number.NaN, 'a whole number', bounds);
  };
}

/** A parser of decimal numbers. */
export function decimalNumber(bounds: NumberBounds = {}): (text: string) => number {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    return bounded(Number.isFinite(value) ? value : Number.NaN, 'a number', bounds);
  };
}

/** A parser of several numbers with commas between: `320,512`. */
export function numberList(parse: (text: string) => number): (text: string) => number[] {
  return (text) => text.split(',').map((part) => parse(part.trim()));
}

/** A parser of two numbers, the first not above the second: `0.5,1`. */
export function numberRange(parse: (text: string) => number): (text: string) => [number, number] {
  return (text) => {
    const [least, most, ...more] = numberList(parse)(text);
    if (least === undefined || most === undefined || more.length > 0 || least > most) {
      throw new InvalidArgumentError('Expected two numbers, the lower first, such as 0.5,1.');
    }
    return [least, most];
  };
}

/** Parses `COLUMN=VALUE`; the value may hold further equals signs. */
export function whereFilter(text: string): { column: string; value: string } {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected COLUMN=VALUE, such as image_source=crop512.');
  return { column: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}
