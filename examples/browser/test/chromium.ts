/** Building the page once, and what the tests do on it. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromiumPath } from '@lesion/test-support';
import { type Browser, chromium, type Page } from 'playwright-core';

/** WebGPU on a machine without a graphics processor: Vulkan imitated by the processor. */
export const EMULATED_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

export function launch(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', ...flags] });
}

/** Builds the page into a new temporary folder, as `npm run build:page` does. */
export async function buildPage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'lesion-page-'));
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  // Not in this process: it is a test's, for which Vite would build another page.
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), env: { ...process.env, NODE_ENV: 'production' } },
  );
  return outDir;
}

/** Milliseconds for what takes networks: they are slow on a busy machine. */
const LONG = 90_000;

/** Waits for words in the line that tells the state; fails at once if the page tells a problem. */
export async function untilState(page: Page, words: string): Promise<void> {
  const outcome = await page.waitForFunction(
    (wanted) => {
      const problem = document.querySelector('#problem')?.textContent;
      if (problem) return `problem: ${problem}`;
      return document.querySelector('#state')?.textContent?.startsWith(wanted) ? 'reached' : undefined;
    },
    words,
    { timeout: LONG },
  );
  const reached = await outcome.jsonValue();
  if (reached !== 'reached') throw new Error(`Waited for "${words}", but there is a ${reached}`);
}

export async function openPage(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await untilState(page, 'Ready');
}

export async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const type = name.endsWith('.png') ? 'image/png' : 'image/jpeg';
  await page.setInputFiles('#file', { name, mimeType: type, buffer: Buffer.from(bytes) });
}

/** The numbers of a table's row, from its cells. */
export async function rowValues(page: Page, row: string): Promise<(number | undefined)[]> {
  return page.$$eval(`${row} td`, (cells) =>
    cells.map((cell) => {
      const { value } = (cell as HTMLElement).dataset;
      return value === undefined ? undefined : Number(value);
    }),
  );
}

/** Passes through networks since the page was loaded. */
export async function networkPasses(page: Page): Promise<number> {
  return Number(await page.getAttribute('#steps', 'data-passes'));
}

export async function download(page: Page, what: string): Promise<{ name: string; bytes: Buffer }> {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.click(`[data-download="${what}"]:enabled`),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await saved.createReadStream()) chunks.push(chunk as Buffer);
  return { name: saved.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Moves a slider as its user would, by an input event. */
export async function slide(page: Page, id: string, value: number): Promise<void> {
  await page.locator(`#${id}`).fill(String(value));
}
