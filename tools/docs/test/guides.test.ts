// Follows each guide as its reader would, and compares what comes out with what the guide shows.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSyntheticLesion } from '@lesion/isic';
import { writeJpeg } from '@lesion/preprocess/node';
import { testGuide } from '@lesion/test-support';

const photo = join(await mkdtemp(join(tmpdir(), 'lesion-photo-')), 'photo.jpg');
await writeJpeg(photo, drawSyntheticLesion({ diagnosis: 'melanoma', seed: 3 }).image);

const GUIDES: Record<string, { tolerance?: number }> = {
  'segment-an-image': { tolerance: 0.1 },
  'licu-with-your-own-network': { tolerance: 3 },
  'superpixels-for-your-own-patches': { tolerance: 3 },
  'score-a-submission': { tolerance: 0.03 },
  'train-on-your-own-data': { tolerance: 0.2 },
  'move-a-model-to-onnx': {},
};

for (const [name, options] of Object.entries(GUIDES)) {
  await testGuide(new URL(`../../../docs/guides/${name}.md`, import.meta.url), {
    ...options,
    example: new URL(`../../../examples/${name}/`, import.meta.url),
    given: { 'photo.jpg': photo },
  });
}
