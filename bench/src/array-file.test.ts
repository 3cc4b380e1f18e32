import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readArrays, valuesOf, writeArrays } from './array-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-bench-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('gives back arrays of every type, whatever their lengths', async () => {
  const path = join(folder, 'arrays.bin');
  const arrays = [
    { name: 'bytes', shape: [3], values: Uint8Array.of(1, 2, 255) },
    { name: 'labels', shape: [1, 3], values: Int32Array.of(-1, 0, 2 ** 30) },
    { name: 'doubles', shape: [2], values: Float64Array.of(0.1, -1e300) },
    { name: 'none', shape: [0], values: new Uint8Array(0) },
    { name: 'floats', shape: [1, 1], values: Float32Array.of(0.5) },
  ];
  await writeArrays(path, arrays);
  expect([...(await readArrays(path)).values()]).toEqual(arrays);
  expect((await stat(path)).size % 8).toBe(0);
});

it('writes the part of a buffer that an array shows, and nothing around it', async () => {
  const path = join(folder, 'arrays.bin');
  const values = Float32Array.of(7, 8, 9).subarray(1, 2);
  await writeArrays(path, [{ name: 'output', shape: [1], values }]);
  const arrays = await readArrays(path);
  expect([...valuesOf(arrays, 'output')]).toEqual([8]);
  expect(() => valuesOf(arrays, 'input')).toThrow('no array input among output');
});

it('refuses a file that lacks its end', async () => {
  const path = join(folder, 'arrays.bin');
  await writeFile(path, '[{"name":"output","shape":[100],"type":"float64"}]\n');
  await expect(readArrays(path)).rejects.toThrow(/length|aligned|multiple/i);
});
