/** Opens a report in a browser without window and says how soon it was there. Leans on playwright-core. */
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromiumPath } from '@lesion/test-support';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Starts the browser. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
}

/** How an opening went. */
export interface Opening {
  page: Page;
  /** Size of the file in bytes. */
  bytes: number;
  /** Milliseconds from the navigation on: the first thing drawn, the page read, everything loaded. */
  firstContentfulPaint: number;
  interactive: number;
  load: number;
  /** Addresses that were asked for beside the file itself. */
  requests: string[];
}

/** Opens a file. */
export async function open(context: BrowserContext, path: string): Promise<Opening> {
  const page = await context.newPage();
  const requests: string[] = [];
  const address = pathToFileURL(path).href;
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith('data:')) requests.push(url);
  });
  await page.goto(address, { waitUntil: 'load', timeout: 120_000 });
  const times = await page.evaluate(async () => {
    const paint = await new Promise<number>((resolve) => {
      new PerformanceObserver((list) => {
        const first = list.getEntriesByName('first-contentful-paint')[0];
        if (first !== undefined) resolve(first.startTime);
      }).observe({ type: 'paint', buffered: true });
    });
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return {
      firstContentfulPaint: paint,
      interactive: navigation!.domInteractive,
      load: navigation!.loadEventStart,
    };
  });
  return { page, bytes: (await stat(path)).size, requests, ...times };
}
