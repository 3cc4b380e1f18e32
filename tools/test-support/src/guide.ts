// Runs a guide as its reader would: in one folder, block after block, in a shell and with Node.
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks, isProgram } from './code-blocks.js';
import { promises } from './readme.js';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../../', import.meta.url));
const bin = fileURLToPath(new URL('../bin', import.meta.url));

/** `// name.mjs` opens a block that the reader saves as that file. */
const SAVED_AS = /^\/\/ ([\w-]+\.m?js)\b/;

/** A Python that has what a program imports: the environment's `PYTHON`, `python3`, or the system's. */
function pythonFor(code: string): string | undefined {
  const imports = code.split('\n').filter((line) => line.startsWith('import '));
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3'];
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ['-c', imports.join('\n')]).status === 0,
  );
}

const NUMBER = /-?\d+(?:\.\d+)?/g;

/** Compares texts; their numbers may differ by `tolerance`, as they do between processors. */
function expectAlike(text: string, wanted: string, tolerance: number): void {
  const [numbers, wantedNumbers] = [text, wanted].map((each) => each.match(NUMBER)?.map(Number) ?? []);
  const far = wantedNumbers!.findIndex((value, i) => !(Math.abs(value - numbers![i]!) <= tolerance));
  const isAlike = text.replaceAll(NUMBER, '#') === wanted.replaceAll(NUMBER, '#') && far < 0;
  // Shows both texts where they differ.
  if (!isAlike) expect(text).toBe(wanted);
}

/** Options of {@link testGuide}. */
export interface TestGuideOptions {
  /** The blocks that this test runs; for a document whose others a `testReadme` runs. @default js, ts, sh and python */
  languages?: readonly string[] | undefined;
  /** Folders and files that lie in the reader's folder from the start, each by the path of what is copied. */
  given?: Readonly<Record<string, string>> | undefined;
  /** A folder that holds each file which the guide saves, byte for byte: the guide's example. */
  example?: URL | undefined;
  /** How far a printed number may be from the one shown: what a network says differs between processors. @default 0 */
  tolerance?: number | undefined;
  /** Milliseconds for each block. @default 300,000 */
  timeout?: number | undefined;
}

/** How long something took differs from run to run. */
function withoutTimes(text: string): string {
  return text.replaceAll(/\d+(?:\.\d+)? (ms|s|min)\b/g, 'N $1').trimEnd();
}

/**
 * Makes a test of each block of a document that is not marked `<!-- not run: REASON -->`. All run in one folder, one
 * after the other, so that a block finds what those before it wrote:
 *
 * - `sh`: by bash, with `lesion` and `npx lesion` being the built command. `npm install` looks up that each
 *   package is one of this repository or installed here, and installs nothing;
 * - `python`: by a Python that has what it imports; skipped where there is none;
 * - `js`, `ts`: by Node, with the packages as they were built. One that begins with `// name.mjs` is saved as that file.
 *
 * A `text` block after it holds all that it writes to standard output; durations do not count. Without one, what the
 * comments behind `console.log` say is among its lines.
 *
 * @param document Where it lies: `new URL('../../docs/guides/x.md', import.meta.url)`.
 */
export async function testGuide(document: URL, options: TestGuideOptions = {}): Promise<void> {
  const { given = {}, example, tolerance = 0, timeout = 300_000 } = options;
  const languages = options.languages ?? ['js', 'ts', 'sh', 'python'];
  const path = fileURLToPath(document);
  const name = path.slice(repository.length);
  const blocks = codeBlocks(await readFile(path, 'utf8')).filter(
    ({ language, notRun }) => isProgram(language) && languages.includes(language) && notRun === undefined,
  );
  if (blocks.length === 0) throw new Error(`${name} has no block in ${languages.join(', ')} that runs`);

  describe(name, () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lesion-guide-'));
      await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
      for (const [to, from] of Object.entries(given)) await cp(from, join(folder, to), { recursive: true });
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.for(blocks)('line $line', { timeout }, async (block, { skip }) => {
      let program = process.execPath;
      if (block.language === 'python') {
        const python = pythonFor(block.code);
        if (python === undefined) return skip('no Python here has what it imports');
        program = python;
      }
      const printed = await perform(block, { folder, program, example, timeout });
      if (block.printed !== undefined) {
        expectAlike(withoutTimes(printed), withoutTimes(block.printed), tolerance);
      } else if (block.language === 'js' || block.language === 'ts') {
        const lines = printed.split('\n');
        for (const { comment } of promises(block.code)) expect(lines).toContain(comment);
      }
    });
  });
}

async function perform(
  block: CodeBlock,
  where: { folder: string; program: string; example: URL | undefined; timeout: number },
): Promise<string> {
  const { folder, program, example, timeout } = where;
  const environment = {
    ...process.env,
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
    LESION_REPOSITORY: repository,
    NODE_OPTIONS: '',
    NO_COLOR: '1',
  };
  const settings = { cwd: folder, env: environment, timeout, maxBuffer: 2 ** 24 };
  if (block.language === 'sh') {
    return (await run('bash', ['-euo', 'pipefail', '-c', block.code], settings)).stdout;
  }
  const ending = block.language === 'python' ? 'py' : 'mjs';
  const savedAs = SAVED_AS.exec(block.code)?.[1];
  const content = `${block.code}\n`;
  const file = savedAs ?? `block-${block.line}.${ending}`;
  await writeFile(join(folder, file), content);
  if (savedAs === undefined) return (await run(program, [file], settings)).stdout;
  if (example !== undefined) expect(await readFile(new URL(savedAs, example), 'utf8')).toBe(content);
  return '';
}
