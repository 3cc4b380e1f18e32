import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf } from '../test/fixture.js';
import { readCsv, rowsById } from './csv.js';

const columns = ['image_id', 'melanoma', 'seborrheic_keratosis'];

async function read(content: string, headerOptional = false) {
  const path = join(await folderOf({ 't.csv': content }), 't.csv');
  return { path, table: readCsv(path, { columns, headerOptional }) };
}

describe('readCsv', () => {
  it.each([
    ['LF', 'image_id,melanoma,seborrheic_keratosis\nA,1,0\nB,0,1\n'],
    [
      'CRLF, a byte-order mark and no last line end',
      '\uFEFFimage_id,melanoma,seborrheic_keratosis\r\nA,1,0\r\nB,0,1',
    ],
    [
      'empty lines, spaces and quotes',
      '\n image_id , melanoma,seborrheic_keratosis\n\n"A",1,0\n\nB, 0 ,1\n\n',
    ],
    ['columns in another order and case', 'Melanoma,seborrheic_keratosis,image\n1,0,A\n0,1,B\n'],
  ])('reads a table with %s', async (_, content) => {
    const { table } = await read(content);
    expect((await table).rows.map(({ cells }) => columns.map((name) => cells[name]))).toEqual([
      ['A', '1', '0'],
      ['B', '0', '1'],
    ]);
  });

  it('takes a first line with a number for data only where a header is optional', async () => {
    expect((await (await read('A,1.0,0.0\nB,0.0,1.0\n', true)).table).rows.map(({ line }) => line)).toEqual([
      1, 2,
    ]);
    expect(
      (await (await read('image_id,melanoma,seborrheic_keratosis\nB,0,1\n', true)).table).rows,
    ).toHaveLength(1);
    const { path, table } = await read('A,1.0,0.0\n');
    await expect(table).rejects.toThrow(
      `${path}:1: columns are missing; got A, 1.0, 0.0; expected image_id, melanoma, seborrheic_keratosis. Add to the table what is missing, or take the file as the challenge publishes it.`,
    );
  });

  it('names file, line and mend of what is wrong', async () => {
    const cases: [string, string][] = [
      [
        'image_id,melanoma\nA,1\n',
        ':1: a column is missing; got image_id, melanoma; expected seborrheic_keratosis.',
      ],
      [
        'image_id,melanoma,seborrheic_keratosis\nA,1,0\nB,1\n',
        ':3: the row has another number of cells than the table has columns; got 2; expected 3 (image_id, melanoma, seborrheic_keratosis). Mend or remove this line.',
      ],
      [
        'image_id,melanoma,seborrheic_keratosis,age,age\nA,1,0,5,5\n',
        ':1: a column is named twice; got age. Rename one of the two.',
      ],
      ['', ': the table is empty; expected columns image_id, melanoma, seborrheic_keratosis'],
      ['image_id,melanoma,seborrheic_keratosis\n"A,1,0\n', ': not a CSV; got Quote Not Closed'],
    ];
    for (const [content, message] of cases) {
      const { path, table } = await read(content);
      const error = await table.then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error).toMatchObject({ code: 'INVALID_FILE' });
      expect(error!.message.replace(/:\d+: not a CSV/, ': not a CSV')).toContain(`${path}${message}`);
      expect(error!.message).not.toContain('\n');
    }
    await expect(readCsv('/nowhere/t.csv', { columns, headerOptional: false })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('refuses an id twice and an empty one', async () => {
    const twice = await read('image_id,melanoma,seborrheic_keratosis\nA,1,0\nB,1,0\nA,0,0\n');
    const table = await twice.table;
    expect(() => rowsById(table)).toThrow(
      `${twice.path}:4: the image id occurs twice; got A again; expected one row an image (the first is on line 2). Remove one of the two lines.`,
    );
    const empty = await (await read('image_id,melanoma,seborrheic_keratosis\n,1,0\n')).table;
    expect(() => rowsById(empty)).toThrow(':2: the image id is empty. Fill it in or remove the line.');
  });
});
