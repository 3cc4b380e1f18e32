// Takes the README's picture, screenshot.jpg, and others to look at, of the built page in Chromium.
// npm run build:page && npm run screenshots [FOLDER]; the others go to a temporary folder unless one is given.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ? resolve(process.argv[2]) : mkdtempSync(join(tmpdir(), 'lesion-page-'));
mkdirSync(folder, { recursive: true });

const PATIENCE = 180_000;
const server = await preview({ root, preview: { port: 0 }, logLevel: 'error' });
const [url] = server.resolvedUrls.local;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

const state = (page, words) =>
  page.waitForFunction((wanted) => document.querySelector('#state').textContent.startsWith(wanted), words, {
    timeout: PATIENCE,
  });
const shoot = async (page, name, options) => {
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
  console.log(join(folder, `${name}.png`));
};

const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(url);
await state(page, 'Ready');
await shoot(page, 'start');
await page.click('.sample');
await state(page, 'Done');
await shoot(page, 'page');
await page.screenshot({ path: join(root, 'screenshot.jpg'), type: 'jpeg', quality: 80 });
await page.emulateMedia({ colorScheme: 'dark' });
await page.check('input[name="view"][value="superpixels"]');
await page.waitForFunction(() => document.querySelector('#canvas').dataset.drawn === 'superpixels');
await shoot(page, 'dark');
await shoot(page, 'dark-whole', { fullPage: true });
await page.check('input[name="view"][value="distance"]');
await page.waitForFunction(() => document.querySelector('#canvas').dataset.drawn === 'distance');
await page.emulateMedia({ colorScheme: 'light' });
// The same page, narrowed: its work is done already.
await page.setViewportSize({ width: 360, height: 740 });
await page.evaluate(() => scrollTo(0, 0));
await shoot(page, 'phone');
await page.focus('#threshold');
await shoot(page, 'phone-sliders');
await shoot(page, 'phone-whole', { fullPage: true });

await browser.close();
await server.close();
