// What the packages compute, as digests: run in Node and in pages with a strict Content-Security-Policy.
import {
  assertRgbImage,
  contiguousData,
  copyData,
  createClassMaps,
  createRgbImage,
  type NdArray,
  resizeImage,
  SeededRandom,
  sizeOf,
} from '@lesion/core';
import { analyzeLesion } from '@lesion/licu';
import { fetchBundle, imageAtScales, lfnFromBundle, normalizePixels } from '@lesion/predict';
import {
  boundaries,
  decodeLabels,
  encodeLabels,
  extractPatches,
  regionProperties,
  SUPERPIXEL_PRESETS,
  type SuperpixelPreset,
  superpixels,
} from '@lesion/superpixel';

/** Digests by what was computed. */
export type Digests = Record<string, string>;

/** What the page saw of its policy. */
export interface Policy {
  /** Whether it refuses code from strings. */
  refusesStrings: boolean;
  /** Bytes of the modules that were compiled without waiting, and of those that were refused. */
  compiled: number[];
  refused: number[];
}

async function digest(values: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const digestText = (value: unknown): Promise<string> =>
  digest(new TextEncoder().encode(JSON.stringify(value)));

const digestArray = (array: NdArray): Promise<string> => digest(copyData(array as NdArray<Float32Array>));

/** A blob on a ground with a gradient, all over noise: no two pixels alike. */
function drawnImage(height: number, width: number) {
  const random = new SeededRandom(11);
  const image = createRgbImage({ height, width });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = ((y - height / 2) / height) ** 2 + ((x - width / 2.3) / width) ** 2 < 0.06;
      for (let channel = 0; channel < 3; channel++) {
        const ground = (inside ? 70 : 190) + 0.2 * x - 20 * channel;
        image.set(y, x, channel, Math.min(255, Math.max(0, ground + random.integer(30))));
      }
    }
  }
  return image;
}

/** Arrays, resizing, superpixels and the LICU. */
export async function compute(): Promise<Digests> {
  const digests: Digests = {};
  const image = drawnImage(150, 210);
  assertRgbImage(image);
  digests['image'] = await digestArray(image);
  // Views of every kind go in: what they show is what counts.
  const view = image.transpose(1, 0, 2).step(-1, 2, 1).lo(3, 4).hi(120, 60) as typeof image;
  digests['view'] = await digest(contiguousData(view));
  digests['row'] = await digestArray(image.pick(7, null, null));
  digests['value'] = await digestText([
    image.pick(7, 8, 1).get(),
    image.index(1, 2, 0),
    view.order,
    view.size,
  ]);
  for (const [name, size] of Object.entries({
    smaller: { height: 64, width: 90 },
    larger: { height: 301, width: 420 },
  })) {
    digests[`image, ${name}`] = await digestArray(resizeImage(image, size));
    digests[`view, ${name}`] = await digestArray(resizeImage(view, size));
  }
  digests['scales'] = await digestText(imageAtScales(image, [50, 320]).map(sizeOf));
  digests['normalised'] = await digest(
    normalizePixels(contiguousData(image), {
      channelOrder: 'rgb',
      mean: [123.7, 116.8, 103.9],
      scale: 1 / 58,
    }),
  );

  for (const preset of Object.keys(SUPERPIXEL_PRESETS) as SuperpixelPreset[]) {
    const { labels, count } = superpixels(image, { preset, count: 150 });
    digests[`superpixels, ${preset}`] = `${count} ${await digestArray(labels)}`;
    digests[`regions, ${preset}`] = await digestText(regionProperties(labels));
    digests[`boundaries, ${preset}`] = await digestArray(boundaries(labels));
  }
  const { labels } = superpixels(image, { count: 60 });
  digests['label file'] = await digestArray(decodeLabels(encodeLabels(labels)));
  digests['patches'] = await digest(extractPatches(image, labels, { size: 56 }).data);

  const random = new SeededRandom(5);
  const maps = createClassMaps({ height: 150, width: 210 }, 4);
  for (let y = 0; y < 150; y++) {
    for (let x = 0; x < 210; x++) {
      const nearness = Math.max(0, 1 - Math.hypot(y - 70, x - 100) / 60);
      for (let map = 0; map < 4; map++) {
        maps.set(y, x, map, (map === 0 ? 1 - nearness : nearness * map) + 0.3 * random.next());
      }
    }
  }
  for (const options of [
    {},
    { threshold: 0.4, largestComponent: false },
    { border: 'background' as const },
  ]) {
    const { mask, normalizedMaps, distanceMap, refinedMaps, indexes } = analyzeLesion(maps, options);
    const name = JSON.stringify(options);
    digests[`mask ${name}`] = await digestArray(mask);
    digests[`normalised maps ${name}`] = await digestArray(normalizedMaps);
    digests[`distances ${name}`] = await digestArray(distanceMap);
    digests[`refined maps ${name}`] = await digestArray(refinedMaps);
    digests[`indexes ${name}`] = await digestText(indexes);
  }
  return digests;
}

/** The LFN of an address on the active engine, on the drawn image. */
export async function predict(url: string): Promise<{ bytes: number; streaks: number[]; network: number[] }> {
  let bytes = 0;
  const bundle = await fetchBundle(url, {
    kind: 'lfn',
    onProgress: ({ done }) => {
      bytes = done;
    },
  });
  const lfn = await lfnFromBundle(bundle);
  const { features } = await lfn.predict(drawnImage(60, 72), undefined, { superpixels: { count: 6 } });
  lfn.dispose();
  return { bytes, streaks: [...features.streaks], network: [...features.pigment_network] };
}
