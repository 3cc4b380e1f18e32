// The packages in a real browser, in pages that forbid code from strings: the same bits as in Node.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setKernels } from '@lesion/core';
import { chromiumPath, WITHOUT_CHROMIUM } from '@lesion/test-support';
import * as tf from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFolder } from './models.js';
import { compute, type Digests, type Policy, predict } from './policy-page.js';

const MINUTES = 60_000;

/** Under which a page may compile WebAssembly, and under which it may not. */
const POLICIES = {
  '/strict/': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  '/stricter/': "default-src 'self'; script-src 'self'",
} as const;

/** Chromium refuses to compile more than this on a page's own thread without waiting. */
const LARGEST_MODULE = 8 * 2 ** 20;

/** What a page found, and what its engine still held once all was disposed of. */
type PagePrediction = Awaited<ReturnType<typeof predict>> & { tensors: number; heldBytes: number };

/** WebGPU on a machine without a graphics processor: Vulkan imitated by the processor. */
const EMULATED_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

declare global {
  interface Window {
    policy: Policy;
    lesion: { compute: typeof compute; predictOn(backend: string, url: string): Promise<PagePrediction> };
  }
}

/** Runs before the packages: notes what the policy lets them do. */
const WATCH = `
  const policy = { refusesStrings: false, compiled: [], refused: [] };
  try { new Function('return 1')(); } catch (error) { policy.refusesStrings = error instanceof EvalError; }
  const { Module } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, {
    construct(target, [bytes]) {
      try {
        const module = new target(bytes);
        policy.compiled.push(bytes.byteLength);
        return module;
      } catch (error) {
        policy.refused.push(bytes.byteLength);
        throw error;
      }
    },
  });
  window.policy = policy;
`;

const PAGE = `<!doctype html><title>Policy</title>
<script src="/watch.js"></script><script type="module" src="/page.js"></script>`;

const MEDIA_TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

async function bundlePage(): Promise<{ script: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `
        import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
        import '@tensorflow/tfjs-backend-webgpu';
        import { memory, setBackend } from '@tensorflow/tfjs-core';
        import { compute, predict } from './policy-page.js';
        async function predictOn(backend, url) {
          setWasmPaths('/wasm/');
          if (!(await setBackend(backend))) throw new Error('there is no ' + backend);
          const found = await predict(url);
          const { numTensors: tensors, numBytes: heldBytes } = memory();
          return { ...found, tensors, heldBytes };
        }
        window.lesion = { compute, predictOn };
      `,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return { script: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) };
}

it('bundles for a browser without anything of Node', async () => {
  const { inputs } = await bundlePage();
  expect(inputs.some((path) => path.endsWith('predict/dist/index.js'))).toBe(true);
  expect(
    inputs.filter((path) => /onnxruntime|lesion\/engine|engine\/dist|predict\/dist\/node|node:/.test(path)),
  ).toEqual([]);
});

describe.skipIf(chromiumPath === undefined)(`in Chromium${WITHOUT_CHROMIUM}`, () => {
  let server: Server;
  let browser: Browser;
  let url: string;
  let inNode: Digests;

  beforeAll(async () => {
    const { script } = await bundlePage();
    const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
    server = createServer((request, response) => {
      void (async () => {
        const path = request.url!;
        const policy = POLICIES[path as keyof typeof POLICIES];
        response.setHeader('content-type', MEDIA_TYPES[extname(path)] ?? 'application/octet-stream');
        if (policy !== undefined) {
          response
            .setHeader('content-security-policy', policy)
            .setHeader('content-type', 'text/html')
            .end(PAGE);
        } else if (path === '/watch.js') response.end(WATCH);
        else if (path === '/page.js') response.end(script);
        else {
          const [, folder, name] = /^\/(wasm|lfn)\/([\w.-]+)$/.exec(path) ?? [];
          const file = join(folder === 'wasm' ? wasmFolder : modelFolder('lfn'), name ?? '');
          if (name === undefined || !existsSync(file)) response.writeHead(404).end();
          else response.end(await readFile(file));
        }
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Containers run tests as root, where Chromium's sandbox cannot start.
    browser = await chromium.launch({
      executablePath: chromiumPath!,
      args: ['--no-sandbox', ...EMULATED_GPU],
    });
    inNode = await compute();
  }, 2 * MINUTES);

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  async function open(path: keyof typeof POLICIES): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(url + path);
    await page.waitForFunction(() => window.lesion !== undefined);
    return page;
  }

  it('is compared with what the plain paths give in Node', async () => {
    setKernels('plain');
    try {
      expect(await compute()).toEqual(inNode);
    } finally {
      setKernels('auto');
    }
  });

  it(
    'computes in WebAssembly where a page forbids code from strings',
    async () => {
      const page = await open('/strict/');
      const digests = await page.evaluate(() => window.lesion.compute());
      const { refusesStrings, compiled, refused } = await page.evaluate(() => window.policy);
      expect(refusesStrings).toBe(true);
      expect(refused).toEqual([]);
      // Those of core, licu and superpixel.
      expect(compiled.length).toBeGreaterThanOrEqual(3);
      expect(Math.max(...compiled)).toBeLessThan(LARGEST_MODULE / 100);
      expect(digests).toEqual(inNode);
      await page.close();
    },
    MINUTES,
  );

  it(
    'computes plainly where a page forbids WebAssembly too',
    async () => {
      const page = await open('/stricter/');
      const digests = await page.evaluate(() => window.lesion.compute());
      const { refusesStrings, compiled, refused } = await page.evaluate(() => window.policy);
      expect(refusesStrings).toBe(true);
      expect(compiled).toEqual([]);
      expect(refused.length).toBeGreaterThanOrEqual(3);
      expect(digests).toEqual(inNode);
      await page.close();
    },
    MINUTES,
  );

  // The emulated graphics processor adds up in another order, and computes powers in its own way.
  it.each([
    ['wasm', 1e-6],
    ['webgpu', 1e-4],
  ] as const)(
    'fetches a bundle and predicts on %s where a page forbids code from strings',
    async (backend, tolerance) => {
      const page = await open('/strict/');
      const found = await page.evaluate(([name, address]) => window.lesion.predictOn(name, address), [
        backend,
        `${url}/lfn`,
      ] as const);
      await page.close();
      await import('@tensorflow/tfjs-backend-wasm');
      await tf.setBackend('wasm');
      const here = await predict(`${url}/lfn/`);
      expect(found.bytes).toBe(here.bytes);
      expect(found.streaks).toBeAllClose(here.streaks, tolerance);
      expect(found.network).toBeAllClose(here.network, tolerance);
      expect(Math.max(...found.network)).toBeGreaterThan(0);
      expect({ tensors: found.tensors, heldBytes: found.heldBytes }).toEqual({ tensors: 0, heldBytes: 0 });
    },
    2 * MINUTES,
  );
});
