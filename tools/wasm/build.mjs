/**
 * Compiles kernels: `packages/X/assembly/*.ts` (AssemblyScript) to `packages/X/src/kernels/binary.ts`, which is
 * committed and which `loadKernels` of `@lesion/core` runs. What several packages' kernels need is in `lanes.ts`.
 *
 *     node tools/wasm/build.mjs            # every package that has kernels
 *     node tools/wasm/build.mjs superpixel
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = new URL('../../', import.meta.url);
const packages = new URL('packages/', root);

/** @returns {string[]} The folders below `packages/` that hold kernels. */
export function packagesWithKernels() {
  return readdirSync(packages)
    .filter((name) => existsSync(new URL(`${name}/assembly/`, packages)))
    .sort();
}

/**
 * @param {string} name A folder below `packages/`.
 * @returns {URL} Its generated file.
 */
export function binaryFile(name) {
  return new URL(`${name}/src/kernels/binary.ts`, packages);
}

/**
 * Compiles one package's kernels in memory. The same sources give the same text on every machine.
 *
 * @param {string} name A folder below `packages/`.
 * @returns {Promise<string>} What its `src/kernels/binary.ts` must hold.
 * @throws {Error} with the compiler's messages.
 */
export async function compileKernels(name) {
  const folder = new URL(`${name}/assembly/`, packages);
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const hash = createHash('sha256');
  for (const file of sources) {
    const text = readFileSync(new URL(file, folder), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${file}\n${text.length}\n${text}`);
  }
  /** @type {Uint8Array | undefined} */
  let module;
  const { error, stderr } = await main(
    [
      'tools/wasm/heap.ts',
      ...sources.map((file) => `packages/${name}/assembly/${file}`),
      ...['--outFile', 'kernels.wasm'],
      ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd,bulk-memory'],
    ],
    {
      readFile: (/** @type {string} */ file) => {
        const url = new URL(file.replaceAll('\\', '/'), root);
        return existsSync(url) ? readFileSync(url, 'utf8') : null;
      },
      writeFile: (/** @type {string} */ _file, /** @type {Uint8Array | string} */ contents) => {
        if (typeof contents !== 'string') module = contents;
      },
      listFiles: () => null,
    },
  );
  if (error || module === undefined) {
    throw new Error(`The kernels of ${name} do not compile: ${error?.message ?? ''}\n${stderr.toString()}`);
  }
  return [
    `// Generated from assembly/ by \`node tools/wasm/build.mjs ${name}\`; a test compares. Do not edit.`,
    '',
    '/** SHA-256 of the sources. */',
    `export const sources = '${hash.digest('hex')}';`,
    '',
    '/** The WebAssembly module, base64. */',
    `export const binary =\n  '${Buffer.from(module).toString('base64')}';`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  for (const name of named.length > 0 ? named : packagesWithKernels()) {
    const text = await compileKernels(name);
    const file = binaryFile(name);
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
    console.log(`packages/${name}/src/kernels/binary.ts: ${text.length} bytes`);
  }
}
