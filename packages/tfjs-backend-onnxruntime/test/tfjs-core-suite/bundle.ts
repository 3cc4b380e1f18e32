/** Bundles tfjs-core's tests with this backend and runs them in a process of their own. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { SuiteResults } from './results.js';

const here = dirname(fileURLToPath(import.meta.url));
const core = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json')),
  'dist',
);

/** All test files of tfjs-core, below its `dist`. */
export function testFiles(): string[] {
  return readdirSync(core, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('_test.js'))
    .sort();
}

/** Runs these test files; some 50 s for all of them. */
export async function runSuite(files: readonly string[]): Promise<SuiteResults> {
  const folder = join(here, '../../node_modules/.cache/tfjs-core-suite', String(process.pid));
  mkdirSync(folder, { recursive: true });
  const resultFile = join(folder, 'results.json');
  const bundle = join(folder, 'suite.mjs');
  const path = (file: string) => JSON.stringify(join(core, file));
  const contents = `
    import { beginFile, execute, install, testEnvironment } from './runner.ts';
    // Not by import: the order matters, and imports come first.
    require(${path('register_all_gradients.js')});
    require(${path('public/chained_ops/register_all_chained_ops.js')});
    install();
    require(${path('jasmine_util.js')}).setTestEnvs([testEnvironment]);
    ${files.map((file) => `beginFile(${JSON.stringify(file)}); require(${path(file)});`).join('\n')}
    execute(${JSON.stringify(resultFile)});
  `;
  try {
    await build({
      stdin: { contents, resolveDir: here, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      // tfjs-core says that its files have no side effects; its tests are nothing else.
      ignoreAnnotations: true,
      external: ['onnxruntime-node', 'jasmine-core', 'jasmine-core/*'],
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      outfile: bundle,
      logLevel: 'error',
    });
    await promisify(execFile)(process.execPath, [bundle], { maxBuffer: 2 ** 28 });
    return JSON.parse(readFileSync(resultFile, 'utf8')) as SuiteResults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
