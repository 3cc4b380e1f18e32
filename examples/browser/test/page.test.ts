// The built page in a real browser, from a real server, with the real networks.
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { contiguousData, DERMOSCOPIC_FEATURES, LESION_CLASSES, type RgbImage, sizeOf } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import type { Lfn, Lin } from '@lesion/predict';
import { loadLfn, loadLin } from '@lesion/predict/node';
import { decodeImage, decodeMask, encodePng, resizeImage } from '@lesion/preprocess';
import { pretrainedModel } from '@lesion/pretrained';
import { encodeJpeg } from '@lesion/report';
import { decodeLabels, purity, superpixels } from '@lesion/superpixel';
import { chromiumPath, realData, realFile, WITHOUT_CHROMIUM } from '@lesion/test-support';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildPage,
  choose,
  download,
  EMULATED_GPU,
  launch,
  networkPasses,
  openPage,
  rowValues,
  slide,
  untilState,
} from './chromium.js';
import { type StaticServer, serve } from './serve.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Between two engines' roundings, and two builds of the JPEG decoder. */
const TOLERANCE = 0.01;

function jaccard(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) both++;
    if (a[i] || b[i]) either++;
  }
  return both / either;
}

const drawn = (seed: number, size = { height: 384, width: 512 }): RgbImage =>
  drawSyntheticLesion({ diagnosis: 'nevus', seed, size, artefacts: false }).image;

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.skipIf(chromiumPath === undefined)(`the page${WITHOUT_CHROMIUM}`, { timeout: 180_000 }, () => {
  let folder: string;
  let server: StaticServer;
  let browser: Browser;
  let lin: Lin;
  let lfn: Lfn;

  beforeAll(async () => {
    folder = await buildPage();
    [server, browser, lin, lfn] = await Promise.all([
      serve(folder),
      launch(),
      loadLin(pretrainedModel('lin').folder),
      loadLfn(pretrainedModel('lfn').folder),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    lin?.dispose();
    lfn?.dispose();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  describe('with a photo', () => {
    let context: BrowserContext;
    let page: Page;
    /** Everything that the browser asked for, service worker and workers included. */
    const asked: string[] = [];
    const complaints: string[] = [];

    beforeAll(async () => {
      // Without motion, as colours that are on their way from light to dark have no contrast to measure.
      context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        reducedMotion: 'reduce',
      });
      context.on('request', (request) => asked.push(request.url()));
      page = await context.newPage();
      page.on('console', (message) => {
        // The last is about these tests, which read the canvas.
        const isComplaint = ['error', 'warning'].includes(message.type());
        if (isComplaint && !message.text().startsWith('Canvas2D')) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await openPage(page, server.url);
    });

    afterAll(() => context?.close());

    it('is isolated, keeps itself for offline use and has asked nobody else', async () => {
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(await page.textContent('#offline')).toBe('Works offline.');
      expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('blob:'))).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it('has no violation that axe finds, light or dark, before there is a photo', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page)).toEqual([]);
      }
    });

    it('finds in a JPEG what Node finds, and asks nobody for it', async () => {
      const bytes = encodeJpeg(drawn(11), { quality: 92 });
      server.requests.length = 0;
      asked.length = 0;
      await choose(page, 'a drawn nevus.jpg', bytes);
      await untilState(page, 'Done');

      const image = await decodeImage(bytes);
      const expected = await lin.predict(image);
      for (const name of LESION_CLASSES) {
        const [index, probability] = await rowValues(page, `[data-diagnosis="${name}"]`);
        expect(Math.abs(index! - expected.indexes[name])).toBeLessThan(TOLERANCE);
        expect(Math.abs(probability! - expected.probabilities![name])).toBeLessThan(TOLERANCE);
      }

      const mask = await download(page, 'mask');
      expect(mask.name).toBe('a_drawn_nevus_segmentation.png');
      const found = await decodeMask(mask.bytes);
      expect(sizeOf(found)).toEqual(sizeOf(image));
      expect(jaccard(contiguousData(found), contiguousData(expected.mask))).toBeGreaterThan(0.99);

      const map = await download(page, 'superpixels');
      expect(map.name).toBe('a_drawn_nevus_superpixels.png');
      const labels = decodeLabels(map.bytes);
      const features = await lfn.predict(image, labels);
      expect(purity(labels, superpixels(image).labels)).toBeGreaterThan(0.95);

      const saved = await download(page, 'features');
      const values = JSON.parse(saved.bytes.toString()) as Record<string, number[]>;
      expect(Object.keys(values)).toEqual([...DERMOSCOPIC_FEATURES]);
      for (const name of DERMOSCOPIC_FEATURES) {
        expect(values[name]).toHaveLength(features.count);
        const worst = values[name]!.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - features.features[name][i]!)),
          0,
        );
        expect(worst).toBeLessThan(0.05);
      }

      const predictions = (await download(page, 'predictions')).bytes.toString().split('\n');
      expect(predictions[0]).toBe('image_id,melanoma,seborrheic_keratosis');
      const [id, melanoma] = predictions[1]!.split(',');
      expect(id).toBe('a_drawn_nevus');
      expect(Math.abs(Number(melanoma) - expected.probabilities!.melanoma)).toBeLessThan(TOLERANCE);

      // The browser itself looks now and then whether the service worker has changed.
      expect(server.requests.filter((path) => path !== '/service-worker.js')).toEqual([]);
      expect(asked.filter((url) => !url.startsWith('blob:'))).toEqual([]);
    });

    it('acts on sliders at once, without the networks', async () => {
      const passes = await networkPasses(page);
      const before = await rowValues(page, '[data-diagnosis="nevus"]');
      const note = page.locator('#diagnosis-note');
      const picture = (): Promise<string> =>
        page.$eval('#canvas', (canvas) => (canvas as HTMLCanvasElement).toDataURL());
      const outlined = await picture();
      await slide(page, 'threshold', 0.9);
      await page.waitForFunction(() =>
        document.querySelector('#diagnosis-note')!.textContent!.includes('No prob'),
      );
      expect(await picture()).not.toBe(outlined);
      const wider = (await rowValues(page, '[data-diagnosis="nevus"]'))[0];
      expect(wider).not.toBe(before[0]);
      expect((await rowValues(page, '[data-diagnosis="nevus"]'))[1]).toBeUndefined();

      await page.click('#reset-lesion');
      await page.waitForFunction(() =>
        document.querySelector('#diagnosis-note')!.textContent!.includes('calibrated against'),
      );
      expect(await rowValues(page, '[data-diagnosis="nevus"]')).toEqual(before);
      expect(await picture()).toBe(outlined);

      await page.selectOption('#form', 'literal');
      await page.waitForFunction(() =>
        document.querySelector('#diagnosis-note')!.textContent!.includes('No prob'),
      );
      expect((await rowValues(page, '[data-diagnosis="nevus"]'))[0]).toBeLessThan(before[0]!);
      await page.click('#reset-lesion');
      await page.waitForFunction(() =>
        document.querySelector('#diagnosis-note')!.textContent!.includes('calibrated against'),
      );
      expect(await note.textContent()).toContain('The lesion covers');
      expect(await networkPasses(page)).toBe(passes);
    });

    it('shows every view, and the photo beneath it', async () => {
      for (const view of ['mask', 'distance', 'melanoma', 'seborrheic_keratosis', 'nevus', 'superpixels']) {
        await page.check(`input[name="view"][value="${view}"]`);
        await page.waitForFunction(
          (wanted) => document.querySelector<HTMLElement>('#canvas')!.dataset['drawn'] === wanted,
          view,
        );
      }
      const pixel = (): Promise<number[]> =>
        page.$eval('#canvas', (canvas) => [
          ...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(3, 3, 1, 1).data,
        ]);
      await page.check('input[name="view"][value="mask"]');
      await page.waitForFunction(
        () => document.querySelector<HTMLElement>('#canvas')!.dataset['drawn'] === 'mask',
      );
      expect((await pixel()).slice(0, 3)).toEqual([0, 0, 0]);
      await slide(page, 'opacity', 0);
      expect((await pixel())[0]).toBeGreaterThan(60);
      await slide(page, 'opacity', 100);
    });

    it('makes other superpixels with the feature network alone, and only the newest of many', async () => {
      await page.check('input[name="view"][value="superpixels"]');
      const passes = await networkPasses(page);
      for (const wanted of [900, 700, 500, 300]) await slide(page, 'count', wanted);
      await page.waitForFunction(() =>
        /of \d\d\d superpixels so far|^Of 2|^Of 3/.test(
          document.querySelector('#features-note')!.textContent!,
        ),
      );
      await untilState(page, 'Done');
      await page.waitForFunction(() =>
        /^Of (2|3)\d\d superpixels/.test(document.querySelector('#features-note')!.textContent!),
      );
      const count = Number(/\d+/.exec((await page.textContent('#features-note'))!)![0]);
      expect(await networkPasses(page)).toBe(passes + Math.ceil(count / 64));
      // A feature's box takes its colour away.
      const shown = await page.$eval('#canvas', (canvas) => (canvas as HTMLCanvasElement).toDataURL());
      for (const feature of DERMOSCOPIC_FEATURES) await page.uncheck(`#show-${feature}`);
      await slide(page, 'feature-threshold', 0.05);
      await expect
        .poll(() => page.$eval('#canvas', (canvas) => (canvas as HTMLCanvasElement).toDataURL()))
        .not.toBe(shown);
      for (const feature of DERMOSCOPIC_FEATURES) await page.check(`#show-${feature}`);
    });

    it('takes SLIC, whose compactness can be set', async () => {
      expect(await page.isDisabled('#compactness')).toBe(true);
      await page.selectOption('#algorithm', 'slic');
      expect(await page.isDisabled('#compactness')).toBe(false);
      await untilState(page, 'Looking for features');
      await slide(page, 'compactness', 2);
      await untilState(page, 'Looking for features');
      await untilState(page, 'Done');
    });

    it('has no violation that axe finds with results, and can be worked with keys alone', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page)).toEqual([]);
      }
      await page.focus('input[name="view"][value="superpixels"]');
      await page.keyboard.press('ArrowRight');
      expect(await page.isChecked('input[name="view"][value="outline"]')).toBe(true);
      await page.focus('#threshold');
      await page.keyboard.press('ArrowRight');
      expect(await page.textContent('#threshold-value')).toBe('0.41');
      expect(await page.textContent('#announcement')).not.toBe('');
    });

    it.each([
      ['cut.jpg', (whole: Uint8Array) => whole.subarray(0, whole.length >> 1), 'truncated'],
      ['notes.txt', () => new TextEncoder().encode('no image at all'), 'notes.txt'],
      ['empty.png', () => new Uint8Array(), 'the file is empty'],
    ])('tells what is wrong with %s, and goes on', async (name, spoil, words) => {
      await choose(page, name, spoil(encodeJpeg(drawn(3, { height: 96, width: 128 }))));
      await page.waitForFunction(
        (wanted) => document.querySelector('#problem')!.textContent!.includes(wanted),
        words,
      );
      expect(await page.isVisible('#choose')).toBe(true);
      expect(await page.textContent('#state')).toBe('Ready for a photo');
    });

    it('stops when told to, and takes the work up again', async () => {
      await choose(page, 'nevus.png', await encodePng(drawn(11)));
      await untilState(page, 'Looking at the lesion');
      const begun = performance.now();
      await page.click('#cancel');
      await page.waitForSelector('#resume:not([hidden])');
      // The pass that is under way may have to be ended by force.
      expect(performance.now() - begun).toBeLessThan(5000);
      await page.waitForFunction(() => document.querySelector('#state')!.textContent === 'Stopped');
      expect((await rowValues(page, '[data-diagnosis="nevus"]'))[0]).toBeUndefined();
      await page.click('#resume');
      await untilState(page, 'Done');
      expect((await rowValues(page, '[data-diagnosis="nevus"]'))[0]).toBeGreaterThan(0);
      expect(complaints).toEqual([]);
    });

    it('analyses a photo of 17 megapixels reduced, says so, and gives its mask in full size', async () => {
      const size = { height: 3400, width: 5000 };
      await choose(page, 'large.jpg', encodeJpeg(resizeImage(drawn(11), size), { quality: 70 }));
      await page.waitForSelector('#reduced:not([hidden])');
      expect(await page.textContent('#reduced')).toContain('17.0 megapixels');
      expect(await page.textContent('#reduced')).toContain('1241 × 844');
      await page.waitForSelector('[data-download="mask"]:enabled', { timeout: 90_000 });
      const found = await decodeMask((await download(page, 'mask')).bytes);
      expect(sizeOf(found)).toEqual(size);
      const small = await lin.predict(resizeImage(drawn(11), { height: 844, width: 1241 }));
      const shown = await rowValues(page, '[data-diagnosis="nevus"]');
      expect(Math.abs(shown[0]! - small.indexes.nevus)).toBeLessThan(0.1);
    });

    it.skipIf(!realData)('finds in a real photo what Node finds', async () => {
      const name = 'ISIC_0001769.jpg';
      const bytes = readFileSync(realFile('isic2017/ISIC-2017_Validation_Data', name));
      await page.click('#reset-lesion');
      await choose(page, name, bytes);
      await untilState(page, 'Looking at the lesion');
      await page.waitForSelector('[data-download="mask"]:enabled', { timeout: 90_000 });
      const expected = await lin.predict(await decodeImage(bytes));
      const found = await decodeMask((await download(page, 'mask')).bytes);
      expect(jaccard(contiguousData(found), contiguousData(expected.mask))).toBeGreaterThan(0.99);
      for (const diagnosis of LESION_CLASSES) {
        const [index, probability] = await rowValues(page, `[data-diagnosis="${diagnosis}"]`);
        expect(Math.abs(index! - expected.indexes[diagnosis])).toBeLessThan(TOLERANCE);
        expect(Math.abs(probability! - expected.probabilities![diagnosis])).toBeLessThan(TOLERANCE);
      }
    });
  });

  it('works without a network once it was loaded', async () => {
    const own = await serve(folder);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await openPage(page, own.url);
      // Not only offline: there is no server any more.
      await own.close();
      await context.setOffline(true);
      await page.reload();
      await untilState(page, 'Ready');
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await slide(page, 'count', 100);
      await page.click('.sample');
      await untilState(page, 'Done');
      expect((await rowValues(page, '[data-diagnosis="melanoma"]'))[0]).toBeGreaterThan(0);
    } finally {
      await context.close();
    }
  });

  it('keeps to its policy on a host that sends no headers', async () => {
    const bare = await serve(folder, {});
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await openPage(page, bare.url);
      const outcome = await page.evaluate(async () => {
        const reach = (url: string): Promise<string> =>
          fetch(url).then(
            () => 'reached',
            () => 'refused',
          );
        const script = performance.getEntriesByType('resource').find(({ name }) => /worker-/.test(name));
        const kept = await caches.match(script?.name ?? 'none');
        return {
          elsewhere: await reach('https://example.org/'),
          worker: kept?.headers.get('Content-Security-Policy'),
        };
      });
      expect(outcome.elsewhere).toBe('refused');
      // The meta element does not hold for workers: they go by the headers that the service worker adds.
      expect(outcome.worker).toContain("default-src 'none'");
      expect(await page.textContent('#engine-wasm-detail')).toContain('one thread');
      await page.reload();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    } finally {
      await context.close();
      await bare.close();
    }
  });

  it('fits a phone', async () => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    try {
      const page = await context.newPage();
      await openPage(page, server.url);
      const overflow = (): Promise<number> =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await overflow()).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.click('.sample');
      await page.waitForSelector('#viewer:not([hidden])');
      await untilState(page, 'Looking');
      expect(await overflow()).toBe(0);
      const canvas = (await page.locator('#canvas').boundingBox())!;
      expect(canvas.x).toBeGreaterThanOrEqual(0);
      expect(canvas.x + canvas.width).toBeLessThanOrEqual(360);
      const small = await page.$$eval('button, select, .view', (targets) =>
        targets
          .filter((target) => target.getClientRects().length > 0 && !target.matches('.link'))
          .map((target) => target.getBoundingClientRect().height)
          .filter((height) => height < 40),
      );
      expect(small).toEqual([]);
    } finally {
      await context.close();
    }
  });

  it('changes to WebGPU where there is an adapter, and finds the same features', async ({ skip }) => {
    const withGpu = await launch(EMULATED_GPU);
    try {
      const page = await withGpu.newPage();
      await openPage(page, server.url);
      if (await page.isDisabled('#engine-webgpu')) {
        skip(`no WebGPU here: ${await page.textContent('#engine-webgpu-detail')}`);
      }
      // An imitated graphics processor is never the first choice.
      expect(await page.isChecked('#engine-wasm')).toBe(true);
      await slide(page, 'count', 100);
      // So few pixels have few superpixels: a minute's work is left out.
      const image = resizeImage(drawn(11), { height: 4, width: 5 });
      await choose(page, 'tiny.png', await encodePng(image));
      await untilState(page, 'Done');
      const features = async (): Promise<Record<string, number[]>> =>
        JSON.parse((await download(page, 'features')).bytes.toString());
      const byWasm = await features();
      const passes = await networkPasses(page);

      await page.check('#engine-webgpu');
      await untilState(page, 'The other engine is ready');
      expect(await page.textContent('#engine-webgpu-detail')).toContain('in use');
      // The whole LIN would take minutes here; new superpixels ask the LFN alone.
      await page.selectOption('#algorithm', 'slic');
      await page.selectOption('#algorithm', 'slico');
      await untilState(page, 'Looking for features');
      await untilState(page, 'Done');
      expect(await networkPasses(page)).toBeGreaterThan(passes);
      const byWebgpu = await features();
      expect(byWasm['streaks']!.length).toBeGreaterThan(4);
      for (const name of DERMOSCOPIC_FEATURES) {
        expect(byWebgpu[name]).toHaveLength(byWasm[name]!.length);
        const worst = byWasm[name]!.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - byWebgpu[name]![i]!)),
          0,
        );
        expect(worst).toBeLessThan(0.01);
      }
    } finally {
      await withGpu.close();
    }
  });
});
