// The file that npm links as `lesion`.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const own = fileURLToPath(new URL('..', import.meta.url));
let folder: string;
let launcher: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-launcher-'));
  launcher = join(folder, 'bin/lesion.js');
  await mkdir(join(folder, 'bin'));
  await copyFile(join(own, 'bin/lesion.js'), launcher);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('lies outside of what is built: npm links no command that is not there when it installs', async () => {
  const manifest = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as { bin: object };
  expect(manifest.bin).toEqual({ lesion: './bin/lesion.js' });
});

it('says what to do before the command is built', async () => {
  await expect(run(process.execPath, [launcher, 'predict'])).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: `error: the command is not built yet; got no ${join(folder, 'dist/bin.js')}. Run npm run build.\n`,
  });
});

it('hands arguments on and ends with the exit code of the command', async () => {
  await mkdir(join(folder, 'dist'));
  await writeFile(
    join(folder, 'dist/bin.js'),
    'console.log(process.argv.slice(2).join()); process.exit(7);\n',
  );
  await expect(run(process.execPath, [launcher, 'check', 'data'])).rejects.toMatchObject({
    code: 7,
    stdout: 'check,data\n',
  });
});
