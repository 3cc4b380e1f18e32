// The documents of this repository, and which test runs the code that they show.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type CodeBlock, codeBlocks } from '@lesion/test-support';
import { globSync } from 'tinyglobby';
import { repository } from './entry-points.js';

/** Places below the repository; what is not committed, or not ours, is left out. */
function matching(...patterns: string[]): string[] {
  return patterns.flatMap((pattern) => globSync(pattern, { cwd: repository }).sort());
}

/** Documents that show code to their readers: all of it is run, or says above it why not. */
export const DOCUMENTS_WITH_CODE = matching(
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  'packages/*/README.md',
  'packages/pretrained/models/*/README.md',
  'docs/guides/*.md',
  'docs/pictures/README.md',
);

/** All documents, for their links. */
export const DOCUMENTS = [
  ...DOCUMENTS_WITH_CODE,
  ...matching('docs/*.md', 'docs/decisions/*.md', 'bench/*.md', 'examples/*/README.md'),
];

/** A model card's hash is in its bundle, so that a mark cannot be put into it; it shows how the model was made. */
const CARD = /^packages\/pretrained\/models\//;

/** The blocks of a document with code. */
export function blocksOf(document: string): CodeBlock[] {
  const blocks = codeBlocks(readFileSync(`${repository}${document}`, 'utf8'));
  return CARD.test(document)
    ? blocks.map((block) => ({ ...block, notRun: 'how the model was made' }))
    : blocks;
}

/** The tests of packages that run the JavaScript of documents, with the text of each. */
const readmeTests = matching('packages/*/test/readme.test.ts').map((path) => ({
  folder: path.replace(/test\/readme\.test\.ts$/, ''),
  text: readFileSync(`${repository}${path}`, 'utf8'),
}));

/** Whether a package's own test runs the JavaScript of a document, with the package's sources. */
export function isRunByPackage(document: string): boolean {
  return readmeTests.some(({ folder, text }) =>
    document.startsWith('packages/')
      ? document === `${folder}README.md` && text.includes("'../README.md'")
      : text.includes(`/${basename(document)}'`),
  );
}

/** The script that a guide shows, where it has one. */
export function exampleOf(guide: string): string | undefined {
  const folder = `examples/${basename(guide, '.md')}/`;
  return guide.startsWith('docs/guides/') && existsSync(`${repository}${folder}`) ? folder : undefined;
}
