import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeEnvironment } from './environment.js';
import { assertWholeBenches, updateResults } from './results.js';
import { type BenchRow, timeRow } from './rows.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-bench-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const benches = [
  { name: 'slic', summary: 'superpixels' },
  { name: 'resize', summary: 'smaller images' },
];
const [slic, resize] = benches as [(typeof benches)[0], (typeof benches)[0]];
const environment = describeEnvironment(2, ['blocks', '--results'], { cv2: '4.6.0' });
const row = (name: string, time: number): BenchRow =>
  timeRow(
    name,
    { name: 'ours', rounds: [[time]], peak: 1 },
    { name: 'opencv 4.6.0', rounds: [[2 * time]], peak: 1 },
    { limit: { value: time / 4, of: '1 MB moved at 10 GB/s' }, agreement: { measure: 'share', value: 0.5 } },
  );
const update = (bench: { name: string }, rows: BenchRow[]) =>
  updateResults(folder, [{ bench, rows, environment }], benches);
const kept = async () => JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')).benchmarks;

it('keep the last run of each benchmark, in the order of the benchmarks', async () => {
  await update(resize, [row('resize/0.3mp', 8)]);
  await update(slic, [row('slic/0.3mp', 10)]);
  await update(resize, [row('resize/0.3mp', 4)]);
  const results = await kept();
  expect(Object.keys(results)).toEqual(['slic', 'resize']);
  expect(results.resize.rows).toMatchObject([{ name: 'resize/0.3mp', ours: 4, nearness: 0.25 }]);
  expect(results.slic.environment.versions.cv2).toBe('4.6.0');
  expect((await readdir(folder)).sort()).toEqual(['results.json', 'results.md']);
});

it('are a page too', async () => {
  await update(slic, [row('slic/0.3mp', 10)]);
  const page = await readFile(join(folder, 'results.md'), 'utf8');
  expect(page).toContain('## slic\n\nSuperpixels.\n');
  expect(page).toContain('| `slic/0.3mp` | 10.0 | 20.0 | ms | 2.00 | 2.00 to 2.00 | 2.50 | 0.25 | 0.5000 |');
  expect(page).toContain(
    '- `slic/0.3mp`: beside opencv 4.6.0; limit: 1 MB moved at 10 GB/s; agreement: share\n',
  );
  expect(page).toContain('Measured by `npm run bench -- blocks --results`.');
});

it('forget benchmarks that are no more', async () => {
  await updateResults(
    folder,
    [{ bench: { name: 'gone' }, rows: [], environment }],
    [...benches, { name: 'gone', summary: 'of old' }],
  );
  expect(Object.keys(await kept())).toEqual(['gone']);
  await update(slic, []);
  expect(Object.keys(await kept())).toEqual(['slic']);
});

it('leave a file alone that holds something else', async () => {
  await writeFile(join(folder, 'results.json'), 'not JSON');
  await expect(update(slic, [])).rejects.toThrow(/results\.json: not the results of benchmarks/);
  expect(await readFile(join(folder, 'results.json'), 'utf8')).toBe('not JSON');
});

it('are of whole benchmarks at full size', () => {
  expect(() => assertWholeBenches({ tiny: false }, ['slic'])).not.toThrow();
  expect(() => assertWholeBenches({ tiny: false }, ['slic/0.3mp'])).toThrow(/--results: .*got slic\/0.3mp/);
  expect(() => assertWholeBenches({ tiny: true }, [])).toThrow(/got --tiny/);
});
