import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDemoFolder } from './demo-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-demo-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('prepareDemoFolder', () => {
  it('makes a new folder, and clears the parts of an earlier demo from it', async () => {
    const place = join(folder, 'new');
    const { data, report } = await prepareDemoFolder(place);
    expect(report).toBe(join(place, 'report.html'));
    await mkdir(data);
    await writeFile(join(data, 'image.jpg'), '');
    await writeFile(report, '');
    await writeFile(join(place, 'notes.txt'), 'mine');
    await prepareDemoFolder(place);
    expect((await readdir(place)).sort()).toEqual(['.lesion-demo', 'notes.txt']);
  });

  it('touches nothing in a folder that no demo made', async () => {
    await mkdir(join(folder, 'data'));
    await expect(prepareDemoFolder(folder)).rejects.toThrow(
      `${folder}: the folder holds files that are not of an earlier demo; got data; expected a new or empty folder. Choose another folder with --out.`,
    );
    expect(await readdir(folder)).toEqual(['data']);
  });
});
