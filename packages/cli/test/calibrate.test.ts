// Calibrating on the command line, and what predict and evaluate make of it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LESION_CLASSES } from '@lesion/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command-line.js';

const MINUTES = 60_000;
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

/** A network so small that an image takes a moment, with as many images as two of each class held out want. */
const SMALL = [
  '--profile',
  'quick',
  '--engine',
  'onnxruntime',
  '--depth',
  '50',
  '--width',
  '0.02',
  '--size',
  '32',
  '--scales',
  '32',
];
const SHORT = ['--data-sets', 'DR', '--epochs', '1', '--steps-per-epoch', '2', '--batch-size', '4'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-calibrate-'));
  const synth = await runCommand(['synth', at('data'), '--images', '120', '--short-side', '64', '--quiet']);
  expect(synth.exitCode).toBe(0);
  const args = ['train', 'lin', '--data', at('data'), '--out', at('lin'), ...SMALL, ...SHORT, '--quiet'];
  expect(await runCommand(args)).toMatchObject({ exitCode: 0 });
}, 5 * MINUTES);
afterAll(() => rm(folder, { recursive: true }));

describe('calibrate', () => {
  const evaluate = (...more: string[]) =>
    runCommand([
      'evaluate',
      '--data',
      at('data'),
      '--lin',
      at('lin'),
      '--limit',
      '3',
      '--out',
      at('evaluated'),
      '--quiet',
      ...more,
    ]);

  it(
    'gives a LIN probabilities, by which predict and evaluate then go',
    async () => {
      const refused = await evaluate('--scores', 'calibrated');
      expect(refused.exitCode).toBe(2);
      expect(refused.lines.at(-1)).toMatch(/^error: scores: no calibrated probabilities; got a LIN without/);

      const args = ['calibrate', '--model', at('lin'), '--data', at('data'), '--quiet'];
      const { exitCode, stdout } = await runCommand([...args, '--json']);
      expect(exitCode).toBe(0);
      const document = JSON.parse(stdout) as {
        images: number;
        calibration: Record<string, { slope: number; intercept: number }>;
        expectedCalibrationError: Record<string, { positives: number; before: number; after: number }>;
      };
      expect(document).toMatchObject({ bundle: at('lin'), folds: 5, engine: { name: 'onnxruntime' } });
      const errors = LESION_CLASSES.map((name) => document.expectedCalibrationError[name]!);
      expect(errors.reduce((sum, { positives }) => sum + positives, 0)).toBe(document.images);
      const bundle = JSON.parse(await readFile(at('lin', 'bundle', 'bundle.json'), 'utf8')) as {
        manifest: { inference: { calibration: object } };
      };
      expect(bundle.manifest.inference.calibration).toEqual(document.calibration);
      const calibrated = await evaluate('--json');
      expect(JSON.parse(calibrated.stdout)).toMatchObject({ scores: 'calibrated' });
      const raw = await evaluate('--scores', 'indexes');
      expect(raw.stdout).toMatch(/engine onnxruntime, diagnoses scored by lesion indexes\n$/);
      const otherwise = await evaluate('--no-licu', '--json');
      expect(JSON.parse(otherwise.stdout)).toMatchObject({ scores: 'indexes' });

      const image = at('data', 'ISIC-2017_Validation_Data', 'ISIC_9100000.jpg');
      const predict = ['predict', image, '--lin', at('lin'), '--out', at('predicted'), '--no-overlays'];
      const predicted = JSON.parse((await runCommand([...predict, '--json', '--quiet'])).stdout) as {
        scores: string;
        images: { indexes: Record<string, number>; probabilities: Record<string, number> }[];
      };
      expect(predicted.scores).toBe('calibrated');
      const { indexes, probabilities } = predicted.images[0]!;
      for (const name of LESION_CLASSES) {
        expect(probabilities[name]).toBeGreaterThanOrEqual(0);
        expect(probabilities[name]).toBeLessThanOrEqual(1);
      }
      expect(probabilities).not.toEqual(indexes);
      const line = async (): Promise<string> =>
        (await readFile(at('predicted', 'predictions.csv'), 'utf8')).split('\n')[1]!;
      expect(await line()).toBe(
        `ISIC_9100000,${probabilities['melanoma']},${probabilities['seborrheic_keratosis']}`,
      );
      const asIndexes = await runCommand([...predict, '--scores', 'indexes', '--quiet']);
      expect(asIndexes.stdout).toContain(`ISIC_9100000: melanoma ${indexes['melanoma']!.toFixed(3)}, `);
      expect(asIndexes.stdout).toMatch(/diagnoses as lesion indexes\n$/);
      expect(await line()).toBe(`ISIC_9100000,${indexes['melanoma']},${indexes['seborrheic_keratosis']}`);
    },
    5 * MINUTES,
  );

  it('refuses other scales where no masks are fitted', async () => {
    const args = ['calibrate', '--model', at('lin'), '--data', at('data'), '--scales', '64', '--no-masks'];
    const { exitCode, stderr } = await runCommand([...args, '--quiet']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: --no-masks: other scales make other masks');
  });

  it('refuses data that the LIN was not trained on', async () => {
    await runCommand(['synth', at('other'), '--images', '10', '--short-side', '64', '--quiet']);
    const { exitCode, stderr } = await runCommand([
      'calibrate',
      '--model',
      at('lin'),
      '--data',
      at('other'),
      '--quiet',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error: ${at('other')}: not the data that the LIN was trained on`);
  });
});
