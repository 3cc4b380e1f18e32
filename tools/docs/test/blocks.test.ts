// Every block of code in a README or guide is run by a test, or says above it why not and is read instead.
import { existsSync, readFileSync } from 'node:fs';
import { isProgram } from '@lesion/test-support';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { checkCommand, commandsOf } from '../src/command-lines.js';
import { blocksOf, DOCUMENTS_WITH_CODE } from '../src/documents.js';
import { repository } from '../src/entry-points.js';

/** How many blocks of a document are not run. Whoever marks one more says so here too. */
const NOT_RUN: Record<string, number> = {
  'README.md': 2,
  'CONTRIBUTING.md': 3,
  'docs/pictures/README.md': 1,
  'examples/README.md': 1,
  'docs/guides/reproduce-the-paper.md': 4,
  'docs/guides/train-any-tfjs-model-in-node.md': 1,
  'docs/guides/train-on-your-own-data.md': 2,
  'packages/cli/README.md': 1,
  'packages/fcrn/README.md': 1,
  'packages/onnx/README.md': 1,
  'packages/predict/README.md': 1,
  'packages/pretrained/models/lin/README.md': 1,
  'packages/reproduce/README.md': 1,
  'packages/train/README.md': 3,
};

const LANGUAGES = ['js', 'ts', 'sh', 'python', 'text', 'json'];

/** What is wrong with a program that is not run: its syntax, or an import of what does not exist. */
function complaints(code: string): string[] {
  const { diagnostics } = ts.transpileModule(code, { reportDiagnostics: true });
  const imports = [...code.matchAll(/from '([^']+)'|^import '([^']+)'/gm)].map(([, a, b]) => a ?? b ?? '');
  return [
    ...diagnostics!.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    ...imports.filter((name) => !isThere(name)).map((name) => `there is no ${name}`),
  ];
}

function isThere(specifier: string): boolean {
  if (specifier.startsWith('node:')) return true;
  const [, name, path] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier)!;
  const manifest = `${repository}node_modules/${name}/package.json`;
  if (!existsSync(manifest)) return false;
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: Record<string, unknown> };
  return path === '' || exports === undefined || `.${path}` in exports;
}

describe.each(DOCUMENTS_WITH_CODE)('%s', (document) => {
  const blocks = blocksOf(document);

  it('says in which language each block is', () => {
    for (const { language, line } of blocks) expect(LANGUAGES, `line ${line}`).toContain(language);
  });

  it('leaves no more blocks unrun than it says', () => {
    expect(blocks.filter(({ notRun }) => notRun !== undefined)).toHaveLength(NOT_RUN[document] ?? 0);
  });

  const unrun = blocks.filter(({ language, notRun }) => isProgram(language) && notRun !== undefined);
  it.each(unrun)('line $line, not run: $notRun', async ({ language, code }) => {
    if (language === 'sh') for (const command of commandsOf(code)) await checkCommand(command);
    else expect(complaints(code)).toEqual([]);
  });

  const data = blocks.filter(({ language }) => language === 'json');
  it.each(data)('line $line: JSON', ({ code }) => {
    JSON.parse(code);
  });
});

it('reads commands as a shell does', () => {
  expect(commandsOf('npx lesion check "my data" # a comment\n\nlesion score \\\n  --task 1')).toEqual([
    ['npx', 'lesion', 'check', 'my data'],
    ['lesion', 'score', '--task', '1'],
  ]);
});

it('finds what is wrong with commands', async () => {
  await expect(checkCommand(['lesion', 'check', 'data', '--depp'])).rejects.toThrow('--depp');
  await expect(checkCommand(['npm', 'run', 'no-such-script'])).rejects.toThrow('no such script');
  await expect(checkCommand(['curl', 'x'])).rejects.toThrow('nobody checks');
});
