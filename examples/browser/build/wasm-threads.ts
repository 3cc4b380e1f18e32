/**
 * tfjs starts the threads of its WebAssembly from scripts in blobs, which the page's policy forbids. Here the same two
 * scripts become files of the page, and tfjs is pointed to them.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');

const GLUE = 'tfjs-backend-wasm-threaded-simd.js';
const THREAD = 'tfjs-backend-wasm-threaded-simd.worker.js';

/** The scripts of a thread, beside the binaries. */
export const WASM_THREAD_FILES = [GLUE, THREAD] as const;

export function wasmThreadFile(name: (typeof WASM_THREAD_FILES)[number]): Uint8Array {
  const text = readFileSync(join(folder, name), 'utf8');
  if (name === GLUE) return new TextEncoder().encode(text);
  // tfjs keeps this one as a string in a CommonJS module.
  const module = { exports: {} as { wasmWorkerContents?: string } };
  runInNewContext(text, { module });
  const script = module.exports.wasmWorkerContents;
  if (script === undefined)
    throw new Error(`${name} of tfjs-backend-wasm has changed: no wasmWorkerContents.`);
  // Within the string, line ends are written so that they become real ones; in the script they are escapes again.
  return new TextEncoder().encode(script.replace(/\n/g, '\\n'));
}

/** What stands in tfjs's backend_wasm.js, and what shall stand there. */
const REPLACEMENTS = [
  {
    from: /const response = wasmWorkerContents[\s\S]*?return URL\.createObjectURL\(blob\);/,
    to: 'return wasmPathPrefix + path;',
  },
  {
    from: /new Blob\(\[`var WasmBackendModuleThreadedSimd = ` \+\s*wasmFactoryThreadedSimd\.toString\(\)\], \{ type: 'text\/javascript' \}\)/,
    to: `new URL(wasmPathPrefix + '${GLUE}', self.location.href).href`,
  },
];

export function wasmThreads(): Plugin {
  return {
    name: 'lesion:wasm-threads',
    enforce: 'pre',
    transform(code, id) {
      if (!/tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js/.test(id)) return undefined;
      let changed = code;
      for (const { from, to } of REPLACEMENTS) {
        const next = changed.replace(from, () => to);
        if (next === changed) throw new Error(`tfjs-backend-wasm has changed: it no longer holds ${from}.`);
        changed = next;
      }
      return { code: changed, map: null };
    },
  };
}
