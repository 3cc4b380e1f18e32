// Completion, typed into the shells themselves.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { specify } from '../src/completion/specification.js';
import { createProgram } from '../src/program.js';
import { runCommand } from './command-line.js';
import { hasShell, hasTerminal, runShell } from './terminal.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-completion-'));
  await mkdir(join(folder, 'data set'));
  await mkdir(join(folder, 'runs'));
  for (const name of ['photo one.jpg', 'photo2.jpg']) await writeFile(join(folder, name), '');
  for (const shell of SHELLS) {
    const { exitCode, stdout, stderr } = await runCommand(['completion', shell]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    await writeFile(join(folder, `completion.${shell}`), stdout);
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('specify', () => {
  const specification = specify(createProgram());

  it('knows of every value with a limited choice, and of every path, what it is', () => {
    const values = specification.commands.flatMap(({ name, options, arguments: positional }) => [
      ...options.flatMap(({ flags, value }) => (value ? [[`${name} ${flags.at(-1)}`, value] as const] : [])),
      ...positional.map((argument) => [`${name} <${argument.name}>`, argument.value] as const),
    ]);
    const by = (paths: string): string[] =>
      values.filter(([, value]) => value.paths === paths).map(([name]) => name);
    expect(by('folders')).toEqual(
      expect.arrayContaining([
        'check <dir>',
        'train --out',
        'train --data',
        'predict --lin',
        'pack --output',
      ]),
    );
    expect(by('files')).toEqual(
      expect.arrayContaining(['predict <image>', 'superpixels --out', 'score --truth', 'pack --card']),
    );
    // What is left are numbers, names and lists; a new kind of path has to be told to the specification.
    const unknown = values.filter(([, { paths, words }]) => paths === 'none' && words.length === 0);
    const placeholders = new Set(
      unknown.map(([name]) => {
        const [command, flag] = name.split(' ');
        const option = createProgram()
          .commands.find((one) => one.name() === command)!
          .options.find(({ long }) => long === flag)!;
        return /<(.*)>/.exec(option.flags)![1];
      }),
    );
    expect([...placeholders].sort()).toEqual([
      'column=value',
      'factor',
      'images',
      'least,most',
      'name',
      'name,...',
      'number',
      'parts',
      'pixels',
      'pixels,...',
      'probability',
      'samples',
      'strength',
    ]);
  });
});

/** What is typed, and the words that the command gets for it. */
const TYPED: readonly [string, string[]][] = [
  [
    'lesion superp\tphoto2\t--preset sc\t--overl\tx',
    ['superpixels', 'photo2.jpg', '--preset', 'scikit-image', '--overlay', 'x'],
  ],
  ['lesion check da\t', ['check', 'data set']],
  [
    'lesion predict photo\\ \t--lin pre\t--engine wa\t',
    ['predict', 'photo one.jpg', '--lin', 'pretrained', '--engine', 'wasm'],
  ],
  ['lesion predict photo2\tphoto\\ \t--no-ov\t', ['predict', 'photo2.jpg', 'photo one.jpg', '--no-overlays']],
  ['lesion predict --engine=on\t', ['predict', '--engine=onnxruntime']],
  ['lesion tr\tlin --prof\two\t--data ru\t', ['train', 'lin', '--profile', 'workstation', '--data', 'runs']],
  ['lesion train --profile quick lf\t', ['train', '--profile', 'quick', 'lfn']],
  ['lesion help pred\t', ['help', 'predict']],
  ['lesion completion f\t', ['completion', 'fish']],
];

/** Types into an interactive shell, in which `lesion` is a function that prints its words. */
async function type(shell: string, begin: string, home: string): Promise<string[][]> {
  const lines = [begin, ...TYPED.map(([line]) => line), 'exit'];
  const { output } = await runShell(shell, {
    folder: home,
    columns: 400,
    environment: { HOME: home, TERM: 'xterm', COLORTERM: undefined },
    input: `${lines.join('\n')}\n`,
  });
  return [...output.matchAll(/=>((?:<[^<>\r\n]*>)+)<=/g)].map(([, words]) =>
    [...words!.matchAll(/<([^<>]*)>/g)].map(([, word]) => word!),
  );
}

describe.skipIf(!hasTerminal)('completion in a shell', () => {
  /** The shells differ in what they put behind: a slash after a folder, or a sign between option and value. */
  const comparable = (words: readonly string[]): string[] =>
    words.flatMap((word) => word.replace(/\/$/, '').split('='));
  const expected = TYPED.map(([, words]) => comparable(words));

  it.skipIf(!hasShell('bash'))('bash', async () => {
    const begin =
      'source completion.bash; lesion() { printf "="; printf ">"; printf "<%s>" "$@"; echo "<="; }';
    expect((await type('bash --norc --noprofile -i', begin, folder)).map(comparable)).toEqual(expected);
  });

  it.skipIf(!hasShell('zsh'))('zsh', async () => {
    const begin =
      'autoload -U compinit; compinit -u -D; source completion.zsh; lesion() { printf "="; printf ">"; printf "<%s>" "$@"; echo "<="; }';
    expect((await type('zsh -f -i', begin, folder)).map(comparable)).toEqual(expected);
  });

  it.skipIf(!hasShell('fish'))('fish', async () => {
    const begin =
      'source completion.fish; function lesion; printf "="; printf ">"; printf "<%s>" $argv; echo "<="; end';
    expect((await type('fish --no-config -i', begin, folder)).map(comparable)).toEqual(expected);
  });

  it.skipIf(!hasShell('fish'))('fish offers options with what they do, and values by command', async () => {
    const offer = async (line: string): Promise<string[]> => {
      const { output } = await runShell(
        `fish --no-config -c 'source completion.fish; complete -C "${line}"'`,
        { folder, environment: { HOME: folder } },
      );
      return output.split(/\r?\n/).filter((text) => text !== '');
    };
    expect(await offer('lesion ')).toContain(
      'doctor\tshow Node, threads, memory and the engines found and missing, and why',
    );
    expect(await offer('lesion train ')).toEqual(['lfn', 'lin']);
    expect(await offer('lesion train lin ')).toEqual([]);
    expect((await offer('lesion score --task ')).map((line) => line.split('\t')[0])).toEqual(['1', '2', '3']);
    expect(await offer('lesion doctor --out')).toEqual([]);
  });
});
