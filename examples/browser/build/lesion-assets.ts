/**
 * The page's large files: the pretrained bundles, tfjs's WebAssembly and the drawn samples. Their folders are named
 * after their content, so that a new version of the page fetches only what has changed, and the page finds them
 * under `virtual:lesion-assets`.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { LESION_CLASSES } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import { pretrainedModel } from '@lesion/pretrained';
import { encodeJpeg } from '@lesion/report';
import type { Plugin } from 'vite';
import { WASM_THREAD_FILES, wasmThreadFile } from './wasm-threads.js';

const MODULE = 'virtual:lesion-assets';

/** The size of a reduced photo of ISIC 2017. */
const SAMPLE_SIZE = { height: 512, width: 683 };
/** One for each diagnosis, chosen by eye among the first twenty: no glare over the lesion. */
const SAMPLE_SEEDS = { melanoma: 4, seborrheic_keratosis: 2, nevus: 7 } as const;

const require = createRequire(import.meta.url);

/** A file that is served: where it is read from, or its bytes. */
type Source = { path: string } | { bytes: Uint8Array };

export interface LesionAssets {
  /** Where the page finds things, relative to it. */
  addresses: {
    lin: string;
    lfn: string;
    wasm: string;
    samples: { diagnosis: string; address: string }[];
  };
  files: Map<string, Source>;
}

const shortHash = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 10);

let collected: LesionAssets | undefined;

/** Collects the files, once a process. */
export function collectAssets(): LesionAssets {
  if (collected !== undefined) return collected;
  const files = new Map<string, Source>();
  const model = (name: 'lin' | 'lfn'): string => {
    const { folder } = pretrainedModel(name);
    // The manifest tells every other file's hash.
    const address = `models/${name}-${shortHash(readFileSync(join(folder, 'bundle.json')))}/`;
    for (const file of readdirSync(folder)) files.set(address + file, { path: join(folder, file) });
    return address;
  };

  const tfjsWasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const { version } = JSON.parse(readFileSync(join(tfjsWasm, 'package.json'), 'utf8')) as { version: string };
  const wasm = `wasm-${version}/`;
  // Every browser that runs the rest of the page has SIMD.
  for (const file of ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm']) {
    files.set(wasm + file, { path: join(tfjsWasm, 'dist', file) });
  }
  for (const file of WASM_THREAD_FILES) files.set(wasm + file, { bytes: wasmThreadFile(file) });

  const samples = LESION_CLASSES.map((diagnosis) => {
    const { image } = drawSyntheticLesion({
      diagnosis,
      size: SAMPLE_SIZE,
      seed: SAMPLE_SEEDS[diagnosis],
      artefacts: false,
    });
    const bytes = encodeJpeg(image, { quality: 90 });
    const address = `samples/drawn-${diagnosis}-${shortHash(bytes)}.jpg`;
    files.set(address, { bytes });
    return { diagnosis, address };
  });
  collected = { addresses: { lin: model('lin'), lfn: model('lfn'), wasm, samples }, files };
  return collected;
}

const read = (source: Source): Uint8Array => ('bytes' in source ? source.bytes : readFileSync(source.path));

const MEDIA_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  wasm: 'application/wasm',
};

export function lesionAssets(): Plugin {
  let root = '';
  let isWorker = false;
  let outDir = 'dist';
  return {
    name: 'lesion:assets',
    configResolved(config) {
      root = config.root;
      isWorker = config.isWorker;
      outDir = config.build.outDir;
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) =>
      id === `\0${MODULE}` ? `export default ${JSON.stringify(collectAssets().addresses)};` : undefined,
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split(/[?#]/)[0]!).slice(1);
        const source = collectAssets().files.get(path);
        if (source === undefined) return next();
        response.setHeader('Content-Type', MEDIA_TYPES[path.split('.').pop()!] ?? 'application/octet-stream');
        for (const [name, value] of Object.entries(server.config.server.headers ?? {})) {
          if (value !== undefined) response.setHeader(name, value);
        }
        response.end(read(source));
      });
    },
    writeBundle() {
      if (isWorker) return;
      for (const [address, source] of collectAssets().files) {
        const target = resolve(root, outDir, address);
        mkdirSync(dirname(target), { recursive: true });
        if ('path' in source) copyFileSync(source.path, target);
        else writeFileSync(target, source.bytes);
      }
    },
  };
}
