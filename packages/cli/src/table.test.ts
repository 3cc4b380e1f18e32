import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScreen, textWidth } from './screen.js';
import { alignMarkdownTables, formatTable, wrapText } from './table.js';

const screen = (columns: number) => createScreen({ isTTY: true, columns }, { TERM: 'xterm', NO_COLOR: '1' });
const SCORES = [
  ['', 'AUC', 'SE'],
  ['melanoma', '0.9078', 'undefined'],
];

describe('formatTable', () => {
  it('aligns the first column left and the others right', () => {
    expect(formatTable(SCORES)).toBe('             AUC         SE\nmelanoma  0.9078  undefined');
  });

  it('sets titles of several lines upon their figures', () => {
    expect(
      formatTable([
        ['image', 'seborrheic\nkeratosis'],
        ['A', '0.1'],
      ]),
    ).toBe('       seborrheic\nimage   keratosis\nA             0.1');
  });

  it('wraps text first, then goes without spare columns and says so, then wraps closer', () => {
    const rows = [
      ['image', 'time', 'found'],
      ['ISIC_1', '1.2 s', 'pigment network 57, streaks 3 of 975'],
    ];
    const at = (columns: number) =>
      formatTable(rows, { screen: screen(columns), left: [0, 2], wrap: [2, 0], spare: [1] });
    expect(at(60)).toBe('image    time  found\nISIC_1  1.2 s  pigment network 57, streaks 3 of 975');
    expect(at(40)).toBe(
      'image    time  found\nISIC_1  1.2 s  pigment network 57,\n               streaks 3 of 975',
    );
    expect(at(32)).toBe(
      'image   found\nISIC_1  pigment network 57,\n        streaks 3 of 975\n(too narrow for: time)',
    );
    expect(at(24)).toBe(
      'image   found\nISIC_1  pigment network\n        57, streaks 3 of\n        975\n(too narrow for: time)',
    );
  });

  it('measures colours as nothing and wide characters as two columns', () => {
    const table = formatTable([
      ['a', 'b'],
      ['\u001b[32mok\u001b[39m', '1'],
      ['病変', '2'],
    ]);
    expect(table.split('\n').map(textWidth)).toEqual([7, 7, 7]);
  });

  it('is never wider than the screen where text can be wrapped', () => {
    const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 20, max: 100 }),
        (words, columns) => {
          const table = formatTable([['text', 'n'], ...words.map((text) => [text, '12'])], {
            screen: screen(columns),
          });
          for (const line of table.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe('wrapText', () => {
  it('loses no letter, and breaks words that are too long', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('ISIC_0000042_long', 8)).toEqual(['ISIC_000', '0042_lon', 'g']);
    expect(wrapText('病変', 1)).toEqual(['病', '変', '']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(wrapText(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('alignMarkdownTables', () => {
  const text =
    '## Table V. AUC\n\n|  | AUC, paper | AUC, ours |\n| --- | ---: | ---: |\n| LIN \\| LICU | 0.912 | 0.9 |\n\nA note.';

  it('leaves Markdown to files', () => {
    expect(alignMarkdownTables(text, createScreen({}, {}))).toBe(text);
  });

  it('sets it for a terminal', () => {
    expect(alignMarkdownTables(text, screen(80))).toBe(
      'Table V. AUC\n\n            AUC, paper  AUC, ours\nLIN | LICU       0.912        0.9\n\nA note.',
    );
  });
});
