import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClassificationTable } from './classification-table.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-table-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string, kind: 'truth' | 'prediction' = 'prediction') {
  const path = join(folder, 'table.csv');
  await writeFile(path, text);
  const { rows, problems } = await readClassificationTable(path, kind);
  return {
    rows: [...rows].map(([id, { values, line }]) => [id, values.melanoma, values.seborrheic_keratosis, line]),
    problems: problems.map(({ id, error }) => [id, error.message.replaceAll(folder, '')]),
  };
}

async function refusal(text: string): Promise<string> {
  return read(text).then(
    () => 'nothing was thrown',
    (error: Error) => error.message.replaceAll(folder, ''),
  );
}

describe('readClassificationTable', () => {
  it.each([
    ['a header line', 'image_id,melanoma,seborrheic_keratosis\nA,0.25,1e-3\nB,1,0\n', [2, 3]],
    ['no header line', 'A,0.25,1e-3\nB,1,0', [1, 2]],
    [
      'columns in another order, and more of them',
      'nevus,seborrheic_keratosis,image,melanoma\n0,1e-3,A,.25\n0,0,B,1\n',
      [2, 3],
    ],
    ['a byte order mark, blank lines, spaces and CRLF', '\ufeffA , 0.25,1e-3\r\n\r\nB,1 ,0\r\n', [1, 3]],
    ['capitals and quotes', 'Image_ID,Melanoma,"Seborrheic_Keratosis"\n"A","0.25",1e-3\nB,1,0\n', [2, 3]],
  ])('reads a file with %s', async (_, text, lines) => {
    expect(await read(text)).toEqual({
      rows: [
        ['A', 0.25, 0.001, lines[0]],
        ['B', 1, 0, lines[1]],
      ],
      problems: [],
    });
  });

  it.each([
    [
      'A,NaN,0',
      '/table.csv:1: melanoma of A is not usable; got "NaN"; expected a number from 0 to 1. Write the probability of the diagnosis as a decimal number.',
    ],
    [
      'A,0,high',
      '/table.csv:1: seborrheic_keratosis of A is not usable; got "high"; expected a number from 0 to 1',
    ],
    ['A,,0', '/table.csv:1: melanoma of A is not usable; got ""'],
    ['A,1.5,0', '/table.csv:1: melanoma of A is not usable; got "1.5"'],
    ['A,-0.1,0', 'got "-0.1"'],
    ['A,0x1,0', 'got "0x1"'],
    [
      'A,0',
      '/table.csv:1: the line has too few columns; got 2; expected at least 3: image_id, melanoma, seborrheic_keratosis. Add the missing values.',
    ],
  ])('reports the line %j and keeps the others', async (line, message) => {
    const { rows, problems } = await read(`${line}\nB,1,0\n`);
    expect(rows).toEqual([['B', 1, 0, 2]]);
    expect(problems).toEqual([['A', expect.stringContaining(message)]]);
  });

  it('counts neither of two lines for one image', async () => {
    const { rows, problems } = await read('A,0.1,0\nB,1,0\nA,0.2,0\n');
    expect(rows).toEqual([['B', 1, 0, 2]]);
    expect(problems).toEqual([
      [
        'A',
        '/table.csv:3: A stands there twice; got a first line 1; expected one line for each image. Remove one of the two lines.',
      ],
    ]);
  });

  it('wants 0 or 1 as truth', async () => {
    const { problems } = await read('A,0.5,0\nB,1.0,0.0\n', 'truth');
    expect(problems).toEqual([['A', expect.stringContaining('got "0.5"; expected 0 or 1')]]);
  });

  it('refuses a header line that lacks a column, naming it', async () => {
    expect(await refusal('image_id,melanoma,nevus\nA,0,1\n')).toBe(
      '/table.csv:1: the column seborrheic_keratosis is missing; got image_id, melanoma, nevus; expected image_id, melanoma, seborrheic_keratosis. Add what is missing, or leave the header line out and keep that order.',
    );
    expect(await refusal('name,probability\nA,0.5\n')).toContain(
      'the columns image_id and melanoma and seborrheic_keratosis are missing; got name, probability',
    );
  });

  it('refuses a file without a header line that has other than three columns', async () => {
    expect(await refusal('A,0.1,0.2,0.7\nB,0,1,0\n')).toBe(
      '/table.csv:1: a file without a header line has three columns; got 4; expected image_id, melanoma, seborrheic_keratosis. Add a header line that names the columns, or write these three alone.',
    );
  });

  it.each(['', '\n\n', 'image_id,melanoma,seborrheic_keratosis\n'])('refuses %j: no data', async (text) => {
    expect(await refusal(text)).toContain('/table.csv: the file holds no lines of data');
  });

  it('names the line of a quote that is not closed', async () => {
    expect(await refusal('A,0,0\nB,"0,0\nC,0,0\n')).toMatch(
      /^\/table\.csv:\d: not a CSV; got Quote Not Closed/,
    );
  });

  it('says that a file is missing, or cannot be read', async () => {
    await expect(readClassificationTable(join(folder, 'none.csv'), 'truth')).rejects.toThrow(
      'none.csv: there is no such file. Check the path.',
    );
    await expect(readClassificationTable(folder, 'truth')).rejects.toThrow('cannot be read (EISDIR)');
  });
});
