// Packing on the command line, and predicting with what comes of it and with the pretrained models.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawSyntheticLesion } from '@lesion/isic';
import { writePng } from '@lesion/preprocess/node';
import { PRETRAINED_MODELS } from '@lesion/pretrained';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command-line.js';

const MINUTES = 60_000;
const models = fileURLToPath(new URL('../../pretrained/models/', import.meta.url));
const hasPretrained = PRETRAINED_MODELS.every((name) => existsSync(join(models, name)));

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-pack-'));
  await writePng(at('photo.png'), drawSyntheticLesion({ size: { height: 64, width: 80 }, seed: 2 }).image);
  const synth = await runCommand(['synth', at('data'), '--images', '8', '--short-side', '64', '--quiet']);
  expect(synth.exitCode).toBe(0);
  const args = ['train', 'lfn', '--data', at('data'), '--out', at('run'), '--profile', 'quick', '--quiet'];
  const short = ['--epochs', '1', '--steps-per-epoch', '1', '--batch-size', '8', '--engine', 'cpu'];
  expect(await runCommand([...args, ...short])).toMatchObject({ exitCode: 0 });
}, 5 * MINUTES);
afterAll(() => rm(folder, { recursive: true }));

const pack = (...more: string[]) => runCommand(['pack', '--model', at('run'), '--quiet', ...more]);
const predict = (...more: string[]) => runCommand(['predict', at('photo.png'), '--json', ...more]);

describe('pack', () => {
  it(
    'writes a bundle in fewer bytes, with its card, that predicts nearly as the run does',
    async () => {
      await writeFile(at('card.md'), '# A network of one step\n');
      const packed = await pack(
        '--output',
        at('small'),
        '--precision',
        'int8',
        '--card',
        at('card.md'),
        '--json',
      );
      expect(packed).toMatchObject({ exitCode: 0, stderr: '' });
      const document = JSON.parse(packed.stdout) as {
        networks: { bytesBefore: number; bytesAfter: number; largestError: number }[];
      };
      expect(document).toMatchObject({
        output: at('small'),
        precision: 'int8',
        networks: [{ name: 'lfn', precision: 'int8' }],
      });
      const [lfn] = document.networks;
      expect((await stat(at('run', 'bundle', 'lfn.safetensors'))).size).toBe(lfn!.bytesBefore);
      expect((await stat(at('small', 'lfn.safetensors'))).size).toBe(lfn!.bytesAfter);
      expect(lfn!.bytesAfter).toBeLessThan(0.4 * lfn!.bytesBefore);
      expect(await readFile(at('small', 'README.md'), 'utf8')).toBe('# A network of one step\n');
      expect((await readdir(at('small'))).sort()).toEqual(['README.md', 'bundle.json', 'lfn.safetensors']);

      const whole = await predict('--lfn', at('run'), '--out', at('by-run'), '--quiet');
      const small = await predict('--lfn', at('small'), '--out', at('by-small'), '--quiet');
      expect([whole.exitCode, small.exitCode]).toEqual([0, 0]);
      expect(JSON.parse(small.stdout)).toMatchObject({ models: { lfn: at('small') }, count: 1 });
      const probabilities = async (name: string) =>
        Object.values(
          JSON.parse(await readFile(at(name, 'photo_features.json'), 'utf8')) as Record<string, number[]>,
        ).flat();
      const expected = await probabilities('by-run');
      expect(expected.length).toBeGreaterThan(100);
      expect(await probabilities('by-small')).toBeAllClose(expected, 0.1);
    },
    2 * MINUTES,
  );

  it('says for people what it did', async () => {
    const { exitCode, stdout } = await pack('--output', at('half'), '--precision', 'float16');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^lfn: float16, [\d.]+ [KM]iB before, [\d.]+ [KM]iB now; weights moved by 0\.02/);
    expect(stdout).toContain(`${at('half')}: try it with "lesion evaluate"\n`);
  });

  it.each([
    [['--output', 'x'], "required option '--precision <name>' not specified"],
    [['--output', 'x', '--precision', 'int4'], 'Allowed choices are int8, float16'],
    [['--output', 'x', '--precision', 'int8', '--card', 'none.md'], 'none.md: the model card cannot be read'],
  ])('refuses %j with one line and exit code 2', async (args, message) => {
    const { exitCode, lines } = await pack(...args);
    expect(exitCode).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it('does not replace what is no bundle', async () => {
    const { exitCode, lines } = await pack('--output', at('data'), '--precision', 'int8');
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      expect.stringContaining(`${at('data')}: the folder holds something else than a bundle`),
    ]);
  });
});

it.skipIf(!hasPretrained)(
  'predict uses the pretrained models where none is named (needs packages/pretrained/models)',
  async () => {
    const { exitCode, stdout, stderr } = await predict('--out', at('by-pretrained'));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      models: Object.fromEntries(PRETRAINED_MODELS.map((name) => [name, join(models, name)])),
      images: [{ indexes: {}, features: {} }],
    });
    for (const name of PRETRAINED_MODELS) expect(stderr).toContain(join(models, name, 'README.md'));
  },
  5 * MINUTES,
);
