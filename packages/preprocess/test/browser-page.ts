/** Runs in a real browser: decodes the golden files, computes, and posts what came out to the test's server. */
import { createClassMaps, createRgbImage, createRowResampler, SeededRandom } from '@lesion/core';
import {
  applyAugmentation,
  decodeGray,
  decodeImage,
  decodeMask,
  encodeMask,
  encodePng,
  resizeImage,
  resizeMaps,
} from '@lesion/preprocess';

export interface GoldenFile {
  name: string;
  file: string;
}

/** What decoding came to: pixels, or the message of an error. */
export interface Decoded {
  name: string;
  shape?: number[];
  values?: number[];
  error?: string;
}

export interface PageResult {
  decoded: Decoded[];
  computed: Record<string, number[]>;
  grey: number[];
  errors: Record<string, string>;
}

/** Deterministic arithmetic that must give the same bytes wherever it runs. */
export function compute(): Record<string, number[]> {
  const random = new SeededRandom('browser');
  const size = { height: 37, width: 53 };
  const image = createRgbImage(
    size,
    Uint8Array.from({ length: 37 * 53 * 3 }, () => random.integer(256)),
  );
  const maps = createClassMaps(
    { height: 5, width: 7 },
    4,
    Float32Array.from({ length: 140 }, () => random.next()),
  );
  const row = new Float32Array(41 * 4);
  createRowResampler(maps, { height: 29, width: 41 }).row(17, row);
  const results: Record<string, number[]> = {
    shrunk: [...resizeImage(image, { height: 11, width: 17 }).data],
    enlarged: [...resizeImage(image, { height: 64, width: 71 }).data],
    maps: [...resizeMaps(maps, { height: 29, width: 41 }).data],
    row: [...row],
  };
  for (const degrees of [0, 18, 45, 126, 203.7])
    results[`turned ${degrees}`] = [...applyAugmentation(image, { degrees, mirror: 'x' }, { size: 24 }).data];
  return results;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

async function main(): Promise<PageResult> {
  const files = (await (await fetch('/golden')).json()) as GoldenFile[];
  const decoded: Decoded[] = [];
  for (const { name, file } of files) {
    try {
      const image = await decodeImage(bytesOf(file), { source: name });
      decoded.push({ name, shape: image.shape, values: [...image.data] });
    } catch (error) {
      decoded.push({ name, error: (error as Error).message });
    }
  }
  const image = createRgbImage(
    { height: 2, width: 2 },
    Uint8Array.of(1, 2, 3, 254, 0, 9, 7, 7, 7, 128, 129, 130),
  );
  const file = await encodePng(image);
  const mask = await decodeMask(await encodeMask(await decodeMask(file)));
  const grey = [...(await decodeGray(file)).data, ...mask.data, ...(await decodeImage(file)).data];
  const jpeg = bytesOf(files.find(({ name }) => name === 'JPEG baseline')!.file);
  const huge = file.slice();
  new DataView(huge.buffer).setUint32(16, 100_000);
  new DataView(huge.buffer).setUint32(20, 100_000);
  return {
    decoded,
    computed: compute(),
    grey,
    errors: {
      cut: await messageOf(decodeImage(jpeg.subarray(0, jpeg.length - 20), { source: 'cut.jpg' })),
      huge: await messageOf(decodeImage(huge, { source: 'huge.png' })),
      text: await messageOf(decodeImage(new TextEncoder().encode('hello'), { source: 'a.txt' })),
    },
  };
}

if (typeof document !== 'undefined') {
  main()
    .catch((error: Error) => ({ failed: String(error.stack) }))
    .then((result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) }));
}
