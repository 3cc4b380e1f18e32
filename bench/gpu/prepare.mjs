// Packs what a GPU machine without Node and without a network needs to run `bench gpu`: this Node, the built
// packages, the modules that they load, and the Vulkan loader. Run it on a machine of the same kind (Linux and
// processor) after `npm run build`; see docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const pack = fileURLToPath(new URL('./pack', import.meta.url));
const staged = join(pack, 'lesion');
const archive = join(pack, 'lesion-gpu-bench.tar.xz');

/** Loaded by a name that is worked out at run time, so that a bundler does not see them. */
const HIDDEN_MODULES = ['@tensorflow/tfjs-backend-webgpu', 'webgpu'];
/** Their binaries are loaded by a path that is worked out at run time. */
const BINARIES = [
  `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}`,
  `node_modules/webgpu/dist/${process.platform}-${process.arch}`,
];
/** The Vulkan loader, which a machine for computing often lacks although its driver is there, and what the driver's library leans on. */
const DEBIAN_PACKAGES = ['libvulkan1', 'libegl1', 'libglvnd0', 'libopengl0', 'libgl1', 'libglx0', 'libgles2'];

/** The files that the benchmark's two programs load: found by bundling them to nowhere. */
async function loadedFiles() {
  const { metafile } = await build({
    stdin: {
      contents: ['./dist/main.js', './dist/network-worker.js', ...HIDDEN_MODULES]
        .map((name) => `import ${JSON.stringify(name)};`)
        .join('\n'),
      resolveDir: join(repository, 'bench'),
    },
    absWorkingDir: repository,
    bundle: true,
    write: false,
    outdir: pack,
    metafile: true,
    format: 'esm',
    platform: 'node',
    // What Node itself picks of a package; without this esbuild prefers files made for bundlers.
    conditions: [],
    mainFields: ['main'],
    loader: { '.node': 'empty' },
    logLevel: 'error',
    // Looked for at run time and passed over where they are not there.
    external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', '*.node'],
  });
  return Object.keys(metafile.inputs).filter((path) => path !== '<stdin>');
}

/** The package.json files that lie above a file, which say how Node reads it. */
function manifestsAbove(path) {
  const found = [];
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(join(repository, manifest))) found.push(manifest);
  }
  return found;
}

function stage(path) {
  const target = join(staged, path);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  cpSync(realpathSync(join(repository, path)), target, { recursive: true });
}

/** Links the workspace's packages as npm does. */
function linkWorkspace() {
  const scope = join('node_modules', '@lesion');
  mkdirSync(join(staged, scope), { recursive: true });
  for (const name of readdirSync(join(repository, scope))) {
    const link = join(scope, name);
    if (!lstatSync(join(repository, link)).isSymbolicLink()) continue;
    const folder = relative(repository, realpathSync(join(repository, link)));
    if (existsSync(join(staged, folder))) {
      symlinkSync(relative(join(staged, scope), join(staged, folder)), join(staged, link));
    }
  }
}

function run(program, args, options = {}) {
  const result = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with code ${result.status}`);
}

/** Fetches the loader's packages, unpacked in none of this machine's folders. */
function fetchLoader() {
  const folder = join(staged, 'debian');
  mkdirSync(folder, { recursive: true });
  // apt-get's own downloader may not write into a folder of root's; it then fetches as root and says so.
  run('apt-get', ['-q', 'download', ...DEBIAN_PACKAGES], { cwd: folder });
}

const { values } = parseArgs({
  options: { 'no-loader': { type: 'boolean' }, 'limit-mib': { type: 'string', default: '60' } },
});
if (!existsSync(join(repository, 'bench/dist/main.js'))) {
  console.error('Build first: npm run build');
  process.exit(2);
}
rmSync(pack, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });

const files = await loadedFiles();
for (const path of new Set([...files, ...files.flatMap(manifestsAbove)])) stage(path);
for (const path of BINARIES) stage(path);
for (const path of ['bench/package.json', 'bench/python', 'bench/gpu/run.sh']) stage(path);
// Files that are read beside the code, such as wasm, are not imports; the benchmark needs none of them.
linkWorkspace();
mkdirSync(join(staged, 'bin'), { recursive: true });
cpSync(realpathSync(process.execPath), join(staged, 'bin/node'));
if (!values['no-loader']) fetchLoader();

run('tar', ['--create', '--xz', '--file', archive, '--directory', pack, 'lesion'], {
  env: { ...process.env, XZ_OPT: '-6' },
});
rmSync(staged, { recursive: true, force: true });
const mebibytes = statSync(archive).size / 2 ** 20;
console.log(
  `${relative(process.cwd(), archive)}: ${mebibytes.toFixed(1)} MiB, ${files.length} files of code`,
);
if (mebibytes > Number(values['limit-mib'])) {
  console.error(`More than --limit-mib ${values['limit-mib']}.`);
  process.exit(1);
}
