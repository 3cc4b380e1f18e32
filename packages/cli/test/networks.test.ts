// The commands that train and use networks, end to end, with as few and as small steps as there can be.
import { cp, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LESION_CLASSES } from '@lesion/core';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command-line.js';

const MINUTES = 60_000;
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
const validationImage = (): string => at('data', 'ISIC-2017_Validation_Data', 'ISIC_9100000.jpg');

/** One step of two samples on the engine that every machine has. */
const ONE_STEP = ['--profile', 'quick', '--engine', 'cpu', '--epochs', '1', '--steps-per-epoch', '1'];
const TWO_SAMPLES = ['--batch-size', '2', '--micro-batch-size', '2'];

/** The last line of standard error: engines may print warnings of their drivers above it. */
const lastLine = (lines: readonly string[]): string => lines.at(-1) ?? '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-networks-'));
  const { exitCode } = await runCommand([
    'synth',
    at('data'),
    '--images',
    '8',
    '--short-side',
    '64',
    '--quiet',
  ]);
  expect(exitCode).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

describe('train, predict, evaluate', () => {
  it(
    'train both networks, and refuse to overwrite a run',
    async () => {
      const lin = await runCommand([
        'train',
        'lin',
        '--data',
        at('data'),
        '--out',
        at('lin'),
        ...ONE_STEP,
        ...TWO_SAMPLES,
        '--json',
        '--quiet',
      ]);
      expect(lin.exitCode).toBe(0);
      const document = JSON.parse(lin.stdout) as { history: Record<string, { stepLosses: number[] }> };
      expect(document).toMatchObject({
        network: 'lin',
        bundle: at('lin', 'bundle'),
        engine: { name: 'cpu' },
      });
      expect(Object.keys(document.history)).toEqual(['dr', 'dm']);
      for (const { stepLosses } of Object.values(document.history)) expect(stepLosses).toHaveLength(1);

      const lfn = await runCommand([
        'train',
        'lfn',
        '--data',
        at('data'),
        '--out',
        at('lfn'),
        ...ONE_STEP,
        ...TWO_SAMPLES,
        '--quiet',
      ]);
      expect(lfn.exitCode).toBe(0);
      expect(lfn.stdout).toMatch(/LFN trained on \d+ images/);

      const again = await runCommand(['train', 'lin', '--data', at('data'), '--out', at('lin'), ...ONE_STEP]);
      expect(again.exitCode).toBe(2);
      expect(lastLine(again.lines)).toContain(`${at('lin')}: the folder already holds a training run`);
    },
    5 * MINUTES,
  );

  it('refuses an engine that cannot train, by name', async () => {
    const { exitCode, lines } = await runCommand([
      'train',
      'lin',
      '--data',
      at('data'),
      '--out',
      at('wasm'),
      '--profile',
      'quick',
      '--engine',
      'wasm',
    ]);
    expect(exitCode).toBe(2);
    expect(lastLine(lines)).toMatch(/^error: .*wasm.*cannot train/);
  });

  it(
    'predict what can be predicted and name what cannot',
    async () => {
      const jpeg = await readFile(validationImage());
      await writeFile(at('cut.jpg'), jpeg.subarray(0, jpeg.length / 2));
      const { exitCode, stdout, lines } = await runCommand([
        'predict',
        at('cut.jpg'),
        validationImage(),
        '--out',
        at('predictions'),
        '--lin',
        at('lin'),
        '--lfn',
        at('lfn'),
        '--engine',
        'wasm',
        '--json',
        '--quiet',
      ]);
      expect(exitCode).toBe(2);
      expect(lastLine(lines)).toMatch(/cut\.jpg: the JPEG file is truncated/);
      const document = JSON.parse(stdout) as { images: { indexes: Record<string, number> }[] };
      expect(document).toMatchObject({
        count: 1,
        images: [{ id: 'ISIC_9100000' }],
        problems: [{ id: 'cut' }],
      });
      for (const index of Object.values(document.images[0]!.indexes)) {
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThanOrEqual(1);
      }
      expect((await readdir(at('predictions'))).sort()).toEqual([
        'ISIC_9100000_features.json',
        'ISIC_9100000_features_overlay.png',
        'ISIC_9100000_outline.png',
        'ISIC_9100000_segmentation.png',
        'ISIC_9100000_superpixels.png',
        'predictions.csv',
        'report.html',
      ]);
    },
    2 * MINUTES,
  );

  it(
    'evaluate prints the contract of its JSON, and score agrees with it',
    async () => {
      const { exitCode, stdout } = await runCommand([
        'evaluate',
        '--data',
        at('data'),
        '--split',
        'val',
        '--out',
        at('evaluated'),
        '--lin',
        at('lin'),
        '--lfn',
        at('lfn'),
        '--engine',
        'cpu',
        '--bootstrap',
        '20',
        '--json',
        '--quiet',
      ]);
      expect(exitCode).toBe(0);
      interface Interval {
        estimate: number;
        lower: number;
        upper: number;
      }
      const document = JSON.parse(stdout) as {
        tasks: {
          task: number;
          metrics: Record<string, number>;
          intervals: { metrics: Record<string, Interval> };
        }[];
      };
      expect(document).toMatchObject({ split: 'validation', problems: [], missing: [] });
      expect(document.tasks.map(({ task }) => task)).toEqual([1, 2, 3]);
      const [segmentation] = document.tasks;
      const { estimate, lower, upper } = segmentation!.intervals.metrics['JA']!;
      expect(estimate).toBe(segmentation!.metrics['JA']);
      expect(lower).toBeLessThanOrEqual(estimate);
      expect(upper).toBeGreaterThanOrEqual(estimate);

      for (const [task, truth] of [
        ['1', at('data', 'ISIC-2017_Validation_Part1_GroundTruth')],
        ['3', at('data', 'ISIC-2017_Validation_Part3_GroundTruth.csv')],
      ] as const) {
        const pred = task === '3' ? at('evaluated', 'predictions.csv') : at('evaluated');
        const scored = await runCommand([
          'score',
          '--task',
          task,
          '--truth',
          truth,
          '--pred',
          pred,
          '--json',
        ]);
        expect(scored.exitCode).toBe(0);
        const { metrics } = JSON.parse(scored.stdout) as { metrics: Record<string, number> };
        expect(metrics).toEqual(document.tasks.find((evaluated) => String(evaluated.task) === task)?.metrics);
      }
    },
    3 * MINUTES,
  );

  it(
    'predict with exported networks unless an engine is named, and say so',
    async () => {
      const args = ['predict', validationImage(), '--lin', at('lin'), '--json', '--quiet'];
      const exported = await runCommand([...args, '--out', at('by-graph')]);
      const named = await runCommand([...args, '--out', at('by-engine'), '--engine', 'wasm']);
      expect([exported.exitCode, named.exitCode]).toEqual([0, 0]);
      expect(JSON.parse(exported.stdout)).toMatchObject({
        engine: { name: 'onnxruntime', detail: expect.stringMatching(/networks exported to ONNX$/) },
      });
      expect(JSON.parse(named.stdout)).toMatchObject({ engine: { name: 'wasm' } });
      const [a, b] = [exported, named].map(
        ({ stdout }) =>
          (JSON.parse(stdout) as { images: { indexes: Record<string, number> }[] }).images[0]!.indexes,
      );
      for (const name of LESION_CLASSES) expect(a![name]).toBeCloseTo(b![name]!, 3);
    },
    2 * MINUTES,
  );

  it(
    'export writes a file a network, which ONNX Runtime opens',
    async () => {
      const { exitCode, stdout } = await runCommand([
        'export',
        '--model',
        at('lin'),
        '--output',
        at('graphs', 'lin.onnx'),
        '--json',
      ]);
      expect(exitCode).toBe(0);
      const document = JSON.parse(stdout) as { files: { path: string; network: string; bytes: number }[] };
      expect(document).toMatchObject({
        opset: 18,
        files: [
          {
            kind: 'lin',
            network: 'dr',
            path: at('graphs', 'lin-dr.onnx'),
            classes: ['background', ...LESION_CLASSES],
            preprocessing: { channelOrder: 'rgb', scale: 1 / 64, layout: 'nhwc' },
          },
          { network: 'dm', path: at('graphs', 'lin-dm.onnx') },
        ],
      });
      expect((await readdir(at('graphs'))).sort()).toEqual(['lin-dm.onnx', 'lin-dr.onnx']);
      for (const { path, bytes } of document.files) {
        expect((await readFile(path)).length).toBe(bytes);
        const session = await InferenceSession.create(path);
        expect(session.inputMetadata[0]).toMatchObject({ shape: ['batch', 'height', 'width', 3] });
        await session.release();
      }

      const one = await runCommand([
        'export',
        '--model',
        at('lin', 'bundle'),
        '--network',
        'dm',
        '--output',
        at('dm.onnx'),
        '--layout',
        'nchw',
        '--opset',
        '17',
      ]);
      expect(one.exitCode).toBe(0);
      expect(one.stdout).toMatch(/dm\.onnx: network dm, \d+(\.\d)? [KM]iB\n$/);
      const session = await InferenceSession.create(at('dm.onnx'));
      expect(session.inputMetadata[0]).toMatchObject({ shape: ['batch', 3, 'height', 'width'] });
      await session.release();

      const none = await runCommand([
        'export',
        '--model',
        at('lin'),
        '--network',
        'lfn',
        '--output',
        at('x.onnx'),
      ]);
      expect(none.exitCode).toBe(2);
      expect(lastLine(none.lines)).toBe('error: network: unknown choice; got "lfn"; expected "dr" or "dm"');
    },
    2 * MINUTES,
  );

  it('refuse a bundle with a changed byte', async () => {
    await cp(at('lin', 'bundle'), at('changed'), { recursive: true });
    const file = await open(at('changed', 'dr.safetensors'), 'r+');
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 5000);
    await file.write(Buffer.of(buffer[0]! ^ 1), 0, 1, 5000);
    await file.close();
    const { exitCode, stdout, lines } = await runCommand([
      'predict',
      validationImage(),
      '--out',
      at('nothing'),
      '--lin',
      at('changed'),
      '--engine',
      'cpu',
    ]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(lastLine(lines)).toMatch(/dr\.safetensors: the file is not the one that was saved/);
    expect(await readdir(folder)).not.toContain('nothing');
  });

  it(
    'stops training on Ctrl-C with exit code 130, and resumes',
    async () => {
      const args = ['train', 'lin', '--data', at('data'), '--out', at('resumed'), ...TWO_SAMPLES];
      const steps = ['--profile', 'quick', '--engine', 'cpu', '--epochs', '1', '--steps-per-epoch', '2'];
      let stopped = false;
      const first = await runCommand([...args, ...steps], (text, kill) => {
        if (!stopped && text.includes('training dr 1/2')) {
          stopped = true;
          kill('SIGINT');
        }
      });
      // On a fast machine the run may be over before its first line of progress is due.
      if (!stopped) expect(first.exitCode).toBe(0);
      else {
        expect(first.exitCode).toBe(130);
        expect(lastLine(first.lines)).toMatch(/^error: .*stopped/);
        const second = await runCommand([...args, ...steps, '--resume', '--json', '--quiet']);
        expect(second.exitCode).toBe(0);
        const { history } = JSON.parse(second.stdout) as {
          history: Record<string, { stepLosses: number[] }>;
        };
        expect(history['dr']!.stepLosses).toHaveLength(2);
      }
    },
    5 * MINUTES,
  );
});

describe("the paper's variants", () => {
  const train = (network: string, out: string, ...more: string[]) =>
    runCommand([
      'train',
      network,
      '--data',
      at('data'),
      '--out',
      at(out),
      ...ONE_STEP,
      '--settling-batches',
      '0',
      '--batch-size',
      '2',
      ...more,
      '--quiet',
    ]);
  const bundleOf = async (out: string) =>
    (
      JSON.parse(await readFile(at(out, 'bundle', 'bundle.json'), 'utf8')) as {
        manifest: {
          networks: { name: string; architecture: object }[];
          inference: object;
          training: { configuration: object };
        };
      }
    ).manifest;

  it(
    'reach the LIN',
    async () => {
      const options = [
        '--data-sets',
        'DR+DM',
        '--depth',
        '50',
        '--width',
        '0.02',
        '--size',
        '32',
        '--scales',
        '32,64',
      ];
      expect(await train('lin', 'lin-variant', ...options)).toMatchObject({ exitCode: 0 });
      const { networks, inference, training } = await bundleOf('lin-variant');
      expect(networks).toMatchObject([{ name: 'dr-dm', architecture: { depth: 50, width: 0.02 } }]);
      expect(inference).toEqual({ scales: [32, 64] });
      expect(training.configuration).toMatchObject({
        size: 32,
        schedule: { batchSize: 2, microBatchSize: 2 },
      });
    },
    2 * MINUTES,
  );

  it(
    'reach the LFN',
    async () => {
      const options = ['--variant', 'narrow', '--no-batch-norm', '--no-loss-weights', '--patches', '12'];
      expect(await train('lfn', 'lfn-variant', ...options)).toMatchObject({ exitCode: 0 });
      const { networks, training } = await bundleOf('lfn-variant');
      expect(networks).toMatchObject([{ architecture: { variant: 'narrow', batchNorm: false } }]);
      expect(training.configuration).toMatchObject({ classWeights: [1, 1, 1, 1, 1], patches: 12 });
    },
    2 * MINUTES,
  );

  it('are refused for the other network by name', async () => {
    for (const [network, option, owner] of [
      ['lfn', ['--depth', '50'], 'LIN'],
      ['lfn', ['--resolution-augmentation', '0.5'], 'LIN'],
      ['lin', ['--no-batch-norm'], 'LFN'],
      ['lin', ['--variant', 'wide'], 'LFN'],
    ] as const) {
      const { exitCode, stderr } = await train(network, 'refused', ...option);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`error: ${option[0]}: only the ${owner} has it. Leave it out, or train`);
    }
  });
});
