// Compares the isic2017 preset with the challenge's own maps on full-size images.
//   node golden/official.mjs FOLDER    (FOLDER holds ISIC_*.jpg and ISIC_*_superpixels.png; build first)
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contiguousData } from '@lesion/core';
import { readImage } from '@lesion/preprocess/node';
import { decodeLabels, purity, superpixels } from '../dist/index.js';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node golden/official.mjs FOLDER');
  process.exit(2);
}
for (const name of (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort()) {
  const id = name.slice(0, -'.jpg'.length);
  const path = join(folder, `${id}_superpixels.png`);
  const official = decodeLabels(await readFile(path), { source: path });
  const image = await readImage(join(folder, name));
  const started = performance.now();
  const { labels, count } = superpixels(image);
  const seconds = (performance.now() - started) / 1000;
  const officialCount = new Set(contiguousData(official)).size;
  const share = purity(labels, official).toFixed(4);
  console.log(`${id}  ${count} superpixels, official ${officialCount}  purity ${share}  ${seconds.toFixed(1)} s`);
}
