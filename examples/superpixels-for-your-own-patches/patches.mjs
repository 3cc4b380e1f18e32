// patches.mjs: cuts a photo into superpixels, and each superpixel into a patch with a label
import { mkdir } from 'node:fs/promises';
import { createRgbImage } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import { readImage, writeFileAtomic, writePng } from '@lesion/preprocess/node';
import { drawSuperpixels } from '@lesion/report';
import { encodeLabels, extractPatches, regionProperties, superpixels } from '@lesion/superpixel';

const size = { height: 384, width: 512 };
const drawn = drawSyntheticLesion({ diagnosis: 'melanoma', features: ['streaks'], seed: 5, size });
const image = process.argv[2] ? await readImage(process.argv[2]) : drawn.image;
const mask = process.argv[2] ? undefined : drawn.featureMasks.streaks;

// 1. Superpixels: the challenge's recipe, with fewer of them.
const { labels, count } = superpixels(image, { count: 300 });
const regions = regionProperties(labels);
const areas = regions.map(({ area }) => area).sort((a, b) => a - b);
console.log(`${count} superpixels of ${areas[0]} to ${areas.at(-1)} pixels`);
await writePng('superpixels.png', drawSuperpixels(image, labels));
await writeFileAtomic('labels.png', encodeLabels(labels));

// 2. Patches: the bounding box of each, neighbours and all, at the size that a network wants.
const { data, size: side } = extractPatches(image, regions, { size: 56 });
const patch = (i) => data.subarray(i * side * side * 3, (i + 1) * side * side * 3);
await mkdir('patches', { recursive: true });
for (const { label } of regions.slice(0, 5)) {
  await writePng(`patches/${label}.png`, createRgbImage({ height: side, width: side }, patch(label)));
}

// 3. Labels: a superpixel carries what more than half of its pixels carry.
if (mask !== undefined) {
  const inside = new Int32Array(count);
  labels.data.forEach((label, i) => {
    inside[label] += mask.data[i];
  });
  const streaks = regions.filter(({ label, area }) => inside[label] > area / 2);
  console.log(`${streaks.length} of them show streaks`);
}
