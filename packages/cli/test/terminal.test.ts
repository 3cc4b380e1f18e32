// The command behind a pseudo-terminal, and the same through pipes.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textWidth } from '../src/screen.js';
import { runCommand } from './command-line.js';
import { hasTerminal, runInTerminal, show } from './terminal.js';

const models = fileURLToPath(new URL('../../pretrained/models/lin', import.meta.url));
const ESCAPE = '\u001b';
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-terminal-'));
  const args = ['synth', at('data'), '--images', '6', '--short-side', '64', '--quiet'];
  expect(await runCommand(args)).toMatchObject({ exitCode: 0 });
  await writeFile(at('truth.csv'), 'A,0,1\nB,0,0\nC,1,0\nD,1,0\n');
  await writeFile(at('pred.csv'), 'A,0.1,1\nB,0.4,0\nC,0.35,0\nD,0.8,0\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!hasTerminal)('in a terminal', () => {
  it.each([120, 80, 60, 40])('tables and help fit into %i columns', async (columns) => {
    const score = ['score', '--task', '3', '--truth', at('truth.csv'), '--pred', at('pred.csv')];
    for (const args of [['check', at('data')], [...score, '--bootstrap', '20'], ['predict', '--help'], []]) {
      const { exitCode, output } = await runInTerminal(args, { columns });
      expect(exitCode).toBe(0);
      // Commands to copy and paths are not cut, so they may take a second line.
      for (const written of output.split(/\r?\n/)) {
        const line = written.split(`${ESCAPE}[K`).at(-1)!;
        if (!/lesion |\/lesion-|^Task|usable.*:/.test(line)) {
          expect(textWidth(line), line).toBeLessThanOrEqual(columns);
        }
      }
    }
  });

  it('sets a table of the splits, in colours', async () => {
    const { output } = await runInTerminal(['check', at('data')]);
    const { lines, cell } = await show(output);
    const row = lines.findIndex((line) => /^training +4 +4 +4 +4 /.test(line));
    expect(row).toBeGreaterThan(0);
    const verdict = lines.findIndex((line) => line.startsWith('usable: '));
    expect(cell(verdict, 0).front).toBe(2);
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ])('has no colours with %s', async (_, environment) => {
    for (const args of [['check', at('data')], ['--help'], ['scoer']]) {
      const { output } = await runInTerminal(args, { environment });
      // Progress takes its line away by a sequence that has no colour.
      expect(output.replaceAll(`${ESCAPE}[K`, '')).not.toContain(ESCAPE);
    }
  });

  it('answers an unknown command with the error in a line, then with all commands', async () => {
    const { exitCode, output } = await runInTerminal(['scoer']);
    const { lines, cell } = await show(output);
    expect(exitCode).toBe(2);
    expect(lines[0]).toBe('error: unknown command \'scoer\' (Did you mean score?). See "lesion --help".');
    expect(cell(0, 0).front).toBe(1);
    expect(lines[1]).toBe('');
    expect(lines.slice(2).join('\n')).toMatch(/^ {2}predict +segment, /m);
  });

  it('prints one JSON document with --json, and nothing beside it with --quiet', async () => {
    const { output } = await runInTerminal(['check', at('data'), '--json', '--quiet']);
    expect(JSON.parse(output)).toMatchObject({ valid: true });
  });

  it.each([
    [80, /^drawing ▕[█▏▎▍▌▋▊▉ ]+▏ \d+\/\d+ images, \d+ %, /],
    [40, /^drawing \d+\/\d+/],
  ])('rewrites one line of progress at %i columns, and takes it away', async (columns, expected) => {
    const args = ['synth', at(`drawn-${columns}`), '--images', '60', '--short-side', '64'];
    const { exitCode, output } = await runInTerminal(args, { columns });
    expect(exitCode).toBe(0);
    const states = output.split('\r').filter((part) => part.startsWith(`${ESCAPE}[K`));
    expect(states.length).toBeGreaterThan(3);
    expect(states.at(-1)).toMatch(/^.\[K(?!d)/);
    for (const state of states.slice(0, -1)) {
      const { lines } = await show(state, columns);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(expected);
    }
    const { lines } = await show(output, columns);
    expect(lines[0]).toBe(`${at(`drawn-${columns}`)}: 60 images, 85x64, seed 0`.slice(0, columns));
  });

  it('stops at Ctrl-C with the cursor to be seen, on a line of its own, and nothing left over', async () => {
    let interrupted = false;
    const { exitCode, output } = await runInTerminal(
      ['synth', at('stopped'), '--images', '4000', '--short-side', '64'],
      {
        onOutput(text, interrupt) {
          if (!interrupted && text.includes('/4000')) {
            interrupted = true;
            interrupt();
          }
        },
      },
    );
    expect(exitCode).toBe(130);
    expect(output).not.toContain(`${ESCAPE}[?25l`);
    const { lines, cursor } = await show(output);
    expect(lines[0]).toBe('stopping; press Ctrl-C again to stop at once');
    expect(lines[1]).toMatch(/^error: .*stopped/);
    expect(lines.join('\n')).not.toContain('drawing');
    expect(cursor).toEqual({ row: lines.length, column: 0 });
  });
});

describe.skipIf(!hasTerminal || !existsSync(models))(
  'predictions in a terminal (needs packages/pretrained/models)',
  () => {
    const predict = (...more: string[]) => {
      const image = at('data', 'ISIC-2017_Validation_Data', 'ISIC_9100000.jpg');
      return ['predict', image, '--lin', 'pretrained', '--out', at('predicted'), '--no-report', ...more];
    };
    const environment = { LANG: 'C.UTF-8' };
    const HALF_BLOCK = '▀';

    it('come as a picture with the outline, and as a table', async () => {
      const { exitCode, output } = await runInTerminal(predict(), { environment });
      expect(exitCode).toBe(0);
      const { lines, cell } = await show(output);
      // Six rows and more of 36 or fewer half blocks; the note on the model stands above.
      const top = lines.findIndex((line) => line.startsWith(HALF_BLOCK));
      const rows = lines.filter((line) => line.startsWith(HALF_BLOCK)).length;
      const columns = lines[top]!.length;
      expect([rows, columns]).toEqual([13, 35]);
      const outlined = Array.from({ length: rows * columns }, (_, i) =>
        cell(top + Math.floor(i / columns), i % columns),
      ).filter(({ front, back }) => [front, back].some((colour) => String(colour) === '0,0,255'));
      expect(outlined.length).toBeGreaterThan(10);
      expect(lines[top + rows]).toBe('ISIC_9100000');
      expect(lines[top + rows + 3]).toBe('image         melanoma   keratosis  nevus  lesion   time');
      expect(lines[top + rows + 4]).toMatch(
        /^ISIC_9100000 +0\.\d{3} +0\.\d{3} {2}0\.\d{3} +[\d.]+ % +[\d.]+ s$/,
      );
    });

    it.each([
      ['--no-picture', ['--no-picture'], environment],
      ['--quiet', ['--quiet'], environment],
      ['NO_COLOR', [], { ...environment, NO_COLOR: '1' }],
      ['--json', ['--json'], environment],
    ])('come without a picture with %s', async (_, more, given) => {
      const { exitCode, output } = await runInTerminal(predict(...more), { environment: given });
      expect(exitCode).toBe(0);
      expect(output).not.toContain(HALF_BLOCK);
      expect(output).toContain('ISIC_9100000');
    });
  },
);

describe('through pipes', () => {
  it('prints plain lines, whatever the terminal around it could do', async () => {
    const { stdout, stderr } = await runCommand(['check', at('data')]);
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect(stdout).toMatch(/^training: 4 images, 4 masks, 4 superpixel maps, 4 features JSONs$/m);
  });

  it('prints colours where FORCE_COLOR asks for them', async () => {
    const { stdout } = await runCommand(['--help'], undefined, { FORCE_COLOR: '1' });
    expect(stdout).toContain(`${ESCAPE}[1mUsage:${ESCAPE}[22m`);
    const without = await runCommand(['--help'], undefined, { FORCE_COLOR: '1', NO_COLOR: '1' });
    expect(without.stdout).not.toContain(ESCAPE);
  });

  it('writes progress as lines', async () => {
    const args = ['synth', at('piped'), '--images', '400', '--short-side', '64'];
    const { exitCode, stderr } = await runCommand(args);
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain(ESCAPE);
    expect(stderr).not.toContain('\r');
    for (const line of stderr.trimEnd().split('\n').filter(Boolean)) {
      expect(line).toMatch(/^drawing \d+\/400 images, \d+ %, [\d.]+\/s/);
    }
  });
});
