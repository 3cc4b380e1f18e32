// Every package as its users get it: packed, checked by publint and attw, installed from its tarball in an
// empty folder (with the tarballs of the lesion packages that it depends on), imported and used.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uses } from './uses.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const names = Object.keys(uses);

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const manifests = new Map<string, Manifest>();
const tarballs = new Map<string, string>();
let work: string;

/** The lesion packages that a package needs, itself included. */
function family(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const { dependencies, optionalDependencies } = manifests.get(name)!;
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (dependency.startsWith('@lesion/')) family(dependency.slice('@lesion/'.length), found);
  }
  return found;
}

/** The peers that a user has to install beside a package. */
function peers(name: string): string[] {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifests.get(name)!;
  return Object.entries(peerDependencies)
    .filter(([peer]) => !peerDependenciesMeta[peer]?.optional)
    .map(([peer, range]) => `${peer}@${range}`);
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lesion-packages-'));
  for (const name of await readdir(join(root, 'packages'))) {
    const folder = join(root, 'packages', name);
    manifests.set(name, JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', work], { cwd: folder });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    tarballs.set(name, join(work, packed!.filename));
  }
});

afterAll(() => rm(work, { recursive: true, force: true }));

it('has a use for every package', () => {
  expect([...manifests.keys()].sort()).toEqual([...names].sort());
});

describe.each(names)('@lesion/%s', (name) => {
  it('is packed as publint and attw want it', async () => {
    const bin = join(root, 'node_modules/.bin');
    await run(join(bin, 'publint'), ['--strict', tarballs.get(name)!], { cwd: root });
    await run(join(bin, 'attw'), [tarballs.get(name)!, '--profile', 'esm-only'], { cwd: root });
  });

  it('holds its own code alone: what it bundled of another package would be loaded twice', async () => {
    const folder = join(root, 'packages', name, 'dist');
    const files = (await readdir(folder)).filter((file) => file.endsWith('.js'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      // The bundler heads each module with its path.
      const modules = (await readFile(join(folder, file), 'utf8')).match(/^\/\/ \S+\.m?js$/gm) ?? [];
      expect(modules, file).toEqual([]);
    }
  });

  it('works when it is installed alone in an empty folder', async () => {
    const folder = join(work, name);
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const wanted = [...family(name)];
    const beside = [...new Set([...wanted.flatMap(peers), ...(uses[name]!.beside ?? [])])];
    const packages = [...wanted.map((member) => tarballs.get(member)!), ...beside];
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--no-save', ...packages], {
      cwd: folder,
      // The CPU's binaries are in the package; its script would fetch those for CUDA.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    });
    await writeFile(join(folder, 'use.mjs'), uses[name]!.code);
    const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder });
    expect(stdout.trim()).toBe(uses[name]!.prints);
  }, 240_000);
});
