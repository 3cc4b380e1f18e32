// What tests of all packages share: finding real data, running the code of READMEs, comparing weights.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export { chromiumPath, WITHOUT_CHROMIUM } from './chromium.js';
export { type CodeBlock, codeBlocks, isProgram } from './code-blocks.js';
export { type TestGuideOptions, testGuide } from './guide.js';
export { type TestReadmeOptions, testReadme } from './readme.js';
export { weightsHash } from './weights-hash.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The folder with real ISIC data (`isic2017/`, `part2-official/`, `predictions/`), or undefined.
 * `LESION_REAL_DATA` names it; else `shared/data` beside the checkout is tried. Tests that need it use
 * `describe.skipIf(!realData)`, so that they count as skipped where it is absent.
 */
export const realData: string | undefined = [
  process.env['LESION_REAL_DATA'],
  resolve(repository, '../shared/data'),
].find((folder) => folder !== undefined && existsSync(resolve(folder, 'isic2017')));

/** A file of the real data. Only for tests that skip where {@link realData} is undefined. */
export function realFile(...parts: string[]): string {
  return resolve(realData ?? 'no-real-data', ...parts);
}
