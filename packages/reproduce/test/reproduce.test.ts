import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DERMOSCOPIC_FEATURES, sizeOf } from '@lesion/core';
import { writeSyntheticDataset } from '@lesion/isic';
import { readImage } from '@lesion/preprocess/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReproduceOptions, type Reproduction, ROWS, RUNS, reproduce, TABLE_IDS } from '../src/index.js';

let work: string;
const at = (name: string): string => join(work, name);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lesion-reproduce-'));
  await writeSyntheticDataset(at('data'), { training: 30, validation: 12, test: 6, shortSide: 128, seed: 3 });
});
afterAll(() => rm(work, { recursive: true, force: true }));

const quick = (): ReproduceOptions => ({ data: at('data'), out: at('out'), profile: 'quick', seed: 1 });

async function modified(run: string): Promise<number> {
  return (await stat(join(at('out'), 'runs', run, 'bundle', 'bundle.json'))).mtimeMs;
}

describe('a reproduction of quick size', () => {
  let result: Reproduction;

  it('can be stopped while it trains', async () => {
    const controller = new AbortController();
    let steps = 0;
    const stopped = reproduce({
      ...quick(),
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === 'training dm' && ++steps === 5) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readdir(join(at('out'), 'runs'))).toEqual(['lin']);
  });

  it('trains every run once and measures every row', { timeout: 300_000 }, async () => {
    const trained: string[] = [];
    result = await reproduce({ ...quick(), onRun: (name) => trained.push(name) });
    expect(trained).toEqual(RUNS.map(({ name }) => name));
    expect(result.tables.map(({ id }) => id)).toEqual([...TABLE_IDS]);
    const rows = result.tables.flatMap((table) => table.rows);
    for (const row of ROWS) {
      const made = result.tables
        .find(({ id }) => id === row.table)!
        .rows.find(({ label }) => label === row.label)!;
      expect(made.provenance).toMatchObject({ profile: 'quick' });
      expect(made.images).toBe(['VIII', 'IX', 'X'].includes(row.table) ? 6 : 12);
      for (const metric of row.metrics) {
        const { value, lower, upper } = made.cells[metric]!.ours!;
        expect(value, `${row.id} ${metric}`).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(lower!).toBeLessThanOrEqual(value);
        expect(upper!).toBeGreaterThanOrEqual(value);
      }
    }
    const ja = rows.find(({ label }) => label === 'LIN of FCRN-50, trained twice as long')!.cells['JA']!.ours!
      .value;
    expect(ja, 'some of a lesion is found even by a tiny network').toBeGreaterThan(0.1);
    const lfn = rows.find(({ id }) => id === 'VII.3')!;
    expect(Object.keys(lfn.perClass)).toEqual([...DERMOSCOPIC_FEATURES]);
    expect(lfn.cells['AUC']!.ours!.value, 'features that are drawn plainly').toBeGreaterThan(0.5);
  });

  it('writes tables that people and programs read, and figures that have something on them', async () => {
    const text = await readFile(result.tablesText, 'utf8');
    for (const id of TABLE_IDS) expect(text).toContain(`## Table ${id}. `);
    const document = JSON.parse(await readFile(result.tablesData, 'utf8'));
    expect(document).toMatchObject({ format: 'lesion-tables', profile: 'quick', seed: 1 });
    expect(document.tables).toHaveLength(TABLE_IDS.length);
    expect(document.data.fingerprint).toBe(result.data);
    expect(result.figures.map(({ number }) => number)).toEqual([3, 4, 7, 8]);
    for (const { svg, png } of result.figures) {
      expect(await readFile(svg, 'utf8')).toMatch(/^<svg xmlns[\s\S]*<\/svg>\n$/);
      const image = await readImage(png);
      const { height, width } = sizeOf(image);
      const dark = (image.data as Uint8Array).filter((value) => value < 200).length;
      expect(dark / (height * width * 3)).toBeGreaterThan(0.001);
    }
  });

  it('uses what is there at the next call, and gives the same tables', async () => {
    const before = await Promise.all(RUNS.map(({ name }) => modified(name)));
    const first = await readFile(result.tablesText, 'utf8');
    const phases = new Set<string>();
    await reproduce({ ...quick(), onProgress: ({ phase }) => phases.add(phase) });
    expect(await Promise.all(RUNS.map(({ name }) => modified(name)))).toEqual(before);
    expect([...phases].filter((phase) => /train|on (validation|test)/.test(phase))).toEqual([]);
    expect(await readFile(result.tablesText, 'utf8')).toBe(first);
  });

  it('makes single tables from what is trained, without training', async () => {
    const out = at('part');
    const { tables, figures } = await reproduce({
      ...quick(),
      out,
      tables: ['I', 'III', 'VI'],
      figures: [],
      runs: [],
    });
    expect(tables.map(({ id }) => id)).toEqual(['I', 'III', 'VI']);
    expect(figures).toEqual([]);
    expect(tables[1]!.rows.map(({ note }) => note)).toEqual([
      'run lin is not trained',
      'run fcrn88-dr-dm is not trained',
      'run lin is not trained',
    ]);
  });

  it('scores task 3 on chosen images, and says what all give', async () => {
    const where = { column: 'sex', value: 'male' };
    const { tables } = await reproduce({
      ...quick(),
      tables: ['V'],
      figures: [],
      runs: [],
      classificationWhere: where,
    });
    const [row] = tables[0]!.rows;
    expect(row!.images).toBeLessThan(12);
    expect(row!.note).toMatch(/^over all 12 images instead of those with sex=male: AUC /);
    expect(tables[0]!.notes).toContain('Task 3 is scored on the images with sex=male alone.');
  });

  it('refuses names that it does not know', async () => {
    await expect(reproduce({ ...quick(), runs: ['lfn-huge' as never] })).rejects.toThrow('runs');
    await expect(reproduce({ ...quick(), tables: ['XI' as never] })).rejects.toThrow('tables');
  });
});
