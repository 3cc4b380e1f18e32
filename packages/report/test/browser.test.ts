// Opens a report of 600 images in a real browser: how soon it is there, what it asks for, how it behaves, and axe's rules.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, WITHOUT_CHROMIUM } from '@lesion/test-support';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../src/node.js';
import { largeReport } from './large-report.js';
import { launch, type Opening, open } from './opening.js';

const COUNT = 600;

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary?: string }[] }[];
  passes: unknown[];
}

/** The rules of WCAG 2.2 A and AA that axe knows, broken by a page. */
async function violations(page: Page): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Through the browser's own door: the page's policy lets no other script in.
  await page.evaluate(axe);
  const { violations: found, passes } = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run: (...args: unknown[]) => Promise<AxeResult> } }).axe;
    return run.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
  });
  expect(passes.length).toBeGreaterThan(20);
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} (${nodes.length})`);
}

/** How many pictures of the rows hold more than their placeholder. */
const shownPictures = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLImageElement>('.pictures img')].filter(({ src }) =>
        src.startsWith('data:image/jpeg'),
      ).length,
  );

const ids = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('table.images tbody tr:not([hidden]) b')].map((id) => id.textContent!),
  );

describe.skipIf(chromiumPath === undefined)(`a report in Chromium${WITHOUT_CHROMIUM}`, () => {
  let folder: string;
  let browser: Browser;
  let large: Opening;
  let small: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lesion-report-'));
    small = join(folder, 'small.html');
    await writeReport(small, largeReport(12));
    await writeReport(join(folder, 'large.html'), largeReport(COUNT));
    browser = await launch();
    // The first page of a browser pays for its start.
    await (await open(await browser.newContext(), small)).page.close();
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    large = await open(context, join(folder, 'large.html'));
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is there soon, with few of its pictures decoded', async () => {
    const { page, bytes, firstContentfulPaint, interactive, load } = large;
    const [paint, ready, end] = [firstContentfulPaint, interactive, load].map(Math.round);
    process.stdout.write(
      `${COUNT} images, ${(bytes / 1e6).toFixed(1)} MB: first contentful paint ${paint} ms, interactive ${ready} ms, load ${end} ms\n`,
    );
    // A fraction of these on a machine of its own; here others may be at work.
    expect(firstContentfulPaint).toBeLessThan(5000);
    expect(load).toBeLessThan(15_000);
    expect(bytes / COUNT).toBeLessThan(50_000);
    expect(await shownPictures(page)).toBeLessThan(40 * 6);
  });

  it('asks for nothing beside its own file', () => {
    expect(large.requests).toEqual([]);
  });

  it('shows pictures when they come into view, and all of them on paper', async () => {
    const { page } = await open(await browser.newContext({ viewport: { width: 1400, height: 300 } }), small);
    const last = page.locator('table.images tbody tr').last().locator('img').first();
    await last.scrollIntoViewIfNeeded();
    await expect.poll(() => last.getAttribute('src')).toMatch(/^data:image\/jpeg;base64,/);
    expect(
      await last.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
    ).toBe(235);
    const unread = await open(await browser.newContext({ viewport: { width: 1400, height: 300 } }), small);
    await unread.page.pdf();
    expect(await shownPictures(unread.page)).toBe(12 * 6);
  });

  it('sorts, finds and enlarges', async () => {
    const { page } = large;
    const worst = largeReport(COUNT).images!.map(({ id, measures }) => ({ id, JA: measures!['JA']! }));
    worst.sort((a, b) => a.JA - b.JA);
    expect((await ids(page)).slice(0, 5)).toEqual(worst.slice(0, 5).map(({ id }) => id));
    await page.locator('.sort[data-name="JA"]').click();
    expect((await ids(page))[0]).toBe(worst.at(-1)!.id);
    await page.locator('.find').fill('0000012');
    expect(await ids(page)).toEqual(['ISIC_0000012']);
    await page.locator('.find').fill('');
    await page.locator('select.truth').selectOption('melanoma');
    expect(await page.locator('output').textContent()).toBe(`${COUNT / 3} of ${COUNT} images`);
    await page.locator('tbody tr:not([hidden]) .picture').first().click();
    const dialog = page.locator('dialog');
    expect(await dialog.locator('img').getAttribute('src')).toMatch(/^data:image\/jpeg/);
    await dialog.locator('button').click();
    expect(await dialog.isVisible()).toBe(false);
  });

  it.each(['light', 'dark'] as const)('follows the rules of axe in %s', async (colorScheme) => {
    const { page } = await open(await browser.newContext({ colorScheme }), small);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)');
    expect(await violations(page)).toEqual([]);
  });

  it('fits a narrow screen', async () => {
    const { page } = await open(await browser.newContext({ viewport: { width: 390, height: 844 } }), small);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
  });
});
