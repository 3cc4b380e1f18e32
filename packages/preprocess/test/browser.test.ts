/**
 * The browser entry in a real browser: skipped where no Chromium is installed. `CHROME_PATH` names one;
 * Debian's is found by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumPath, WITHOUT_CHROMIUM } from '@lesion/test-support';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compute, type PageResult } from './browser-page.js';
import { golden } from './golden.js';

function bundle() {
  return build({
    entryPoints: [fileURLToPath(new URL('browser-page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
}

describe('the browser condition', () => {
  it('bundles without sharp and without anything of Node', async () => {
    const { metafile } = await bundle();
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.some((path) => path.endsWith('preprocess/dist/browser.js'))).toBe(true);
    expect(inputs.filter((path) => /sharp|@img|node:/.test(path))).toEqual([]);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.filter((entry) => entry.external)).toEqual([]);
  });
});

describe.skipIf(chromiumPath === undefined)(`in Chromium${WITHOUT_CHROMIUM}`, () => {
  let result: PageResult;
  let server: Server;
  let browser: ChildProcess;
  let profile: string;

  beforeAll(async () => {
    const script = (await bundle()).outputFiles[0]!.text;
    const arrived = new Promise<PageResult>((resolve) => {
      server = createServer((request, response) => {
        if (request.url === '/script.js') {
          response.setHeader('content-type', 'text/javascript').end(script);
        } else if (request.url === '/golden') {
          response.end(JSON.stringify(golden.cases.map(({ name, file }) => ({ name, file }))));
        } else if (request.url === '/result') {
          const parts: Buffer[] = [];
          request.on('data', (part: Buffer) => parts.push(part));
          request.on('end', () => {
            response.end();
            resolve(JSON.parse(Buffer.concat(parts).toString()) as PageResult);
          });
        } else {
          response.setHeader('content-type', 'text/html');
          response.end('<!doctype html><script type="module" src="/script.js"></script>');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    profile = await mkdtemp(join(tmpdir(), 'lesion-chromium-'));
    const { port } = server.address() as AddressInfo;
    browser = spawn(
      chromiumPath!,
      [
        '--headless=new',
        // Containers run tests as root, where Chromium's sandbox cannot start.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        `--user-data-dir=${profile}`,
        `http://127.0.0.1:${port}/`,
      ],
      { stdio: 'ignore' },
    );
    const ended = new Promise<never>((_, reject) => {
      browser.once('error', reject);
      browser.once('exit', (code) =>
        reject(new Error(`Chromium ended with ${code} before the page was done`)),
      );
    });
    result = await Promise.race([arrived, ended]);
    ended.catch(() => undefined);
  });

  afterAll(async () => {
    if (browser.exitCode === null) {
      const gone = new Promise((resolve) => browser.once('exit', resolve));
      browser.kill();
      await gone;
    }
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('resizes, turns and mirrors to the same bytes as Node', () => {
    const here = compute();
    expect(Object.keys(result.computed)).toEqual(Object.keys(here));
    for (const [name, values] of Object.entries(here)) expect(result.computed[name], name).toEqual(values);
  });

  it('decodes what Node decodes', () => {
    expect(result.decoded.map(({ name }) => name)).toEqual(golden.cases.map(({ name }) => name));
    for (const [index, decoded] of result.decoded.entries()) {
      const { name, shape, expected, tolerance } = golden.cases[index]!;
      if (name.startsWith('TIFF')) {
        expect(decoded.error).toBe(
          `${name}: this browser cannot decode the TIFF file. Convert it to PNG first: few browsers decode TIFF.`,
        );
        continue;
      }
      expect(decoded.error, name).toBeUndefined();
      expect(decoded.shape, name).toEqual(shape);
      const worst = Math.max(...decoded.values!.map((value, i) => Math.abs(value - expected[i]!)));
      expect(worst, name).toBeLessThanOrEqual(tolerance);
    }
  });

  it('encodes and decodes PNG without a loss', () => {
    expect(result.grey).toEqual([2, 77, 7, 129, 0, 0, 0, 1, 1, 2, 3, 254, 0, 9, 7, 7, 7, 128, 129, 130]);
  });

  it('refuses what Node refuses, in the same words', () => {
    expect(result.errors['cut']).toMatch(
      /^cut\.jpg: the JPEG file is truncated; got \d+ bytes without an end/,
    );
    expect(result.errors['huge']).toContain(
      'huge.png: the image is larger than the limit on pixels; got 100000x100000',
    );
    expect(result.errors['text']).toContain('a.txt: not an image of a known format');
  });
});
