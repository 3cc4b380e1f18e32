import { describe, expect, it } from 'vitest';
import { decimalNumber, numberList, whereFilter, wholeNumber } from './parsers.js';

describe('wholeNumber', () => {
  it('reads whole numbers within the bounds', () => {
    expect(wholeNumber()('-3')).toBe(-3);
    expect(wholeNumber({ min: 1, max: 10 })('10')).toBe(10);
  });

  it.each(['', ' ', '1.5', '0x10', '1e3', 'ten', '11', '0', '99999999999999999999'])(
    'refuses %j and says what was expected',
    (text) => {
      expect(() => wholeNumber({ min: 1, max: 10 })(text)).toThrow(
        'Expected a whole number of at least 1 and at most 10.',
      );
    },
  );
});

describe('decimalNumber', () => {
  it('reads decimal notation', () => {
    expect(decimalNumber()('1e-3')).toBe(0.001);
    expect(decimalNumber({ min: 0 })('.5')).toBe(0.5);
  });

  it.each(['', 'NaN', 'Infinity', '0x1', '1e999', '-1'])('refuses %j', (text) => {
    expect(() => decimalNumber({ min: 0 })(text)).toThrow('Expected a number of at least 0.');
  });
});

describe('numberList', () => {
  it('reads numbers with commas between, each by its parser', () => {
    expect(numberList(wholeNumber())('320, 512')).toEqual([320, 512]);
    expect(() => numberList(wholeNumber({ min: 32 }))('320,,512')).toThrow('a whole number of at least 32');
    expect(() => numberList(wholeNumber({ min: 32 }))('320,16')).toThrow('a whole number of at least 32');
  });
});

describe('whereFilter', () => {
  it('splits at the first equals sign', () => {
    expect(whereFilter('image_source=crop512')).toEqual({ column: 'image_source', value: 'crop512' });
    expect(whereFilter('note=a=b')).toEqual({ column: 'note', value: 'a=b' });
    expect(whereFilter('sex=')).toEqual({ column: 'sex', value: '' });
  });

  it.each(['crop512', '=crop512', ''])('refuses %j', (text) => {
    expect(() => whereFilter(text)).toThrow('Expected COLUMN=VALUE');
  });
});
