// Runs the blocks of READMEs that no package's own test runs: those for the shell, and some whose JavaScript leans on
// packages that stand above their own.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSyntheticLesion, writeSyntheticDataset } from '@lesion/isic';
import { writeJpeg } from '@lesion/preprocess/node';
import { isProgram, testGuide } from '@lesion/test-support';
import { blocksOf, DOCUMENTS_WITH_CODE, exampleOf, isRunByPackage } from '../src/documents.js';
import { repository } from '../src/entry-points.js';

// What the reader of a README has: a photo, and the challenge's data.
const given = await mkdtemp(join(tmpdir(), 'lesion-given-'));
await writeJpeg(join(given, 'photo.jpg'), drawSyntheticLesion({ diagnosis: 'melanoma', seed: 3 }).image);
await writeSyntheticDataset(join(given, 'isic2017'), { training: 6, validation: 2, test: 2, shortSide: 96 });

for (const document of DOCUMENTS_WITH_CODE) {
  if (exampleOf(document) !== undefined) continue; // a guide: guides.test.ts
  const languages = isRunByPackage(document) ? ['sh'] : ['js', 'ts', 'sh', 'python'];
  const runs = blocksOf(document).some(
    ({ language, notRun }) => isProgram(language) && languages.includes(language) && notRun === undefined,
  );
  if (!runs) continue;
  await testGuide(new URL(document, `file://${repository}`), {
    languages,
    given: Object.fromEntries(
      ['photo.jpg', 'lesion.jpg', 'isic2017'].map((name) => [
        name,
        join(given, name === 'lesion.jpg' ? 'photo.jpg' : name),
      ]),
    ),
  });
}
