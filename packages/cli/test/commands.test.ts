import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBinaryMask, createRgbImage } from '@lesion/core';
import { readImage, writeMask, writePng } from '@lesion/preprocess/node';
import { encodeJpeg } from '@lesion/report';
import { decodeLabels } from '@lesion/superpixel';
import { realData, realFile } from '@lesion/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, runCommand } from './command-line.js';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

/** A picture with a dark disc on a light gradient. */
function drawDisc() {
  const data = new Uint8Array(48 * 64 * 3);
  for (let y = 0; y < 48; y++) {
    for (let x = 0; x < 64; x++) {
      const inside = Math.hypot(y - 24, x - 32) < 14;
      const i = (y * 64 + x) * 3;
      data[i] = inside ? 90 : 200 + (x >> 2);
      data[i + 1] = inside ? 50 : 160 + (y >> 2);
      data[i + 2] = inside ? 40 : 150;
    }
  }
  return createRgbImage({ height: 48, width: 64 }, data);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-cli-'));
  await writePng(at('disc.png'), drawDisc());
});
afterAll(() => rm(folder, { recursive: true }));

/** One error line that has the given parts, exit code 2, nothing on standard output. */
function expectRefusal({ exitCode, stdout, lines }: Outcome, ...parts: string[]): void {
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^error: /);
  for (const part of parts) expect(lines[0]).toContain(part);
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
}

describe('usage', () => {
  it('prints help and version as results', async () => {
    const help = await runCommand(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    const commands = [
      'doctor',
      'check',
      'synth',
      'superpixels',
      'train',
      'predict',
      'evaluate',
      'score',
      'demo',
      'completion',
      'help',
    ];
    for (const name of commands) expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    // Without a command, and by a command of that name, there is the same overview.
    expect(await runCommand([])).toEqual(help);
    expect(await runCommand(['help'])).toEqual(help);
    const version = await runCommand(['--version']);
    expect(version).toMatchObject({ exitCode: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const scoreHelp = await runCommand(['score', '--help']);
    for (const option of ['--json', '--seed', '--quiet', '--where'])
      expect(scoreHelp.stdout).toContain(option);
    expect(await runCommand(['help', 'score'])).toEqual(scoreHelp);
  });

  it.each([
    [['--'], 'no command; expected one of predict, evaluate'],
    [['--jsn'], 'unknown option \'--jsn\'. See "lesion --help".'],
    [['scoer'], 'unknown command \'scoer\' (Did you mean score?). See "lesion --help".'],
    [['score', '--tsk', '1'], 'unknown option \'--tsk\' (Did you mean --task?). See "lesion score --help".'],
    [['doctor', '--fast'], 'unknown option \'--fast\'. See "lesion doctor --help".'],
    [['score', '--task', '4'], 'Allowed choices are 1, 2, 3'],
    [['score', '--task', '3', '--truth', 'x.csv'], "required option '--pred <path>' not specified"],
    [['superpixels', 'x.jpg', '--out', 'x.png', '--count', 'many'], 'Expected a whole number of at least 1.'],
    [['superpixels', '--out', 'x.png'], "missing required argument 'image'"],
    [['check', 'a', 'b'], 'too many arguments'],
    [['doctor', '--seed', '-1'], 'Expected a whole number of at least 0.'],
    [['train', 'unet', '--data', 'x', '--out', 'y'], 'Allowed choices are lin, lfn'],
    [['evaluate', '--data', 'x', '--lfn', 'y'], 'y: no bundle.json here'],
    [['predict', 'a/x.jpg', 'b/x.png', '--out', 'y'], 'b/x.png: two images have the same name'],
  ])('refuses %j with one line and exit code 2', async (args, message) => {
    expectRefusal(await runCommand(args), message);
  });

  it('gives an error as a document too where JSON was asked for', async () => {
    const { exitCode, stdout, lines } = await runCommand(['check', at('none'), '--json']);
    expect(exitCode).toBe(2);
    expect(lines).toHaveLength(1);
    const { error } = JSON.parse(stdout) as { error: Record<string, string> };
    expect(error).toMatchObject({ code: 'NOT_FOUND', where: at('none') });
    expect(lines[0]).toBe(`error: ${error['message']}`);
  });
});

describe('doctor', () => {
  it('reports the engines as JSON', async () => {
    const { exitCode, stdout } = await runCommand(['doctor', '--json']);
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as { node: string; threads: number; engines: { name: string }[] };
    expect(report.node).toBe(process.version);
    expect(report.threads).toBeGreaterThan(0);
    expect(report.engines.map(({ name }) => name)).toEqual([
      'tensorflow',
      'webgpu',
      'onnxruntime',
      'wasm',
      'cpu',
    ]);
    expect(report.engines).toContainEqual(
      expect.objectContaining({ name: 'cpu', available: true, canTrain: true }),
    );
  });

  it('says what each engine can do', async () => {
    const { exitCode, stdout } = await runCommand(['doctor']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^engine cpu +trains and predicts: /m);
    expect(stdout).toMatch(/^Node +v\d+/m);
  });
});

describe('superpixels', () => {
  it('writes labels and overlay, and compares with a reference', async () => {
    const args = ['superpixels', at('disc.png'), '--count', '20', '--quiet', '--json'];
    const first = await runCommand([...args, '--out', at('sp.png'), '--overlay', at('overlay.png')]);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    const document = JSON.parse(first.stdout) as { count: number; settings: object };
    expect(document).toMatchObject({
      width: 64,
      height: 48,
      settings: { algorithm: 'slico', count: 20, sigma: 2 },
    });
    const labels = decodeLabels(await readFile(at('sp.png')));
    expect(labels.shape).toEqual([48, 64]);
    expect(Math.max(...labels.data)).toBe(document.count - 1);
    expect((await readImage(at('overlay.png'))).shape).toEqual([48, 64, 3]);

    const again = await runCommand([...args, '--out', at('sp2.png'), '--reference', at('sp.png')]);
    expect(JSON.parse(again.stdout)).toMatchObject({ reference: { count: document.count, purity: 1 } });
    expect(await readFile(at('sp2.png'))).toEqual(await readFile(at('sp.png')));
  });

  it('refuses a truncated JPEG, and a PNG that claims 100,000 x 100,000', async () => {
    const jpeg = encodeJpeg(drawDisc());
    await writeFile(at('cut.jpg'), jpeg.subarray(0, jpeg.length / 2));
    expectRefusal(
      await runCommand(['superpixels', at('cut.jpg'), '--out', at('x.png')]),
      at('cut.jpg'),
      'truncated',
    );
    const huge = await readFile(at('disc.png'));
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    await writeFile(at('huge.png'), huge);
    expectRefusal(
      await runCommand(['superpixels', at('huge.png'), '--out', at('x.png')]),
      at('huge.png'),
      '100000x100000',
    );
    expect(await readdir(folder)).not.toContain('x.png');
  });

  it('refuses a reference of another size, a file that is not there and a folder to write to', async () => {
    await writePng(at('small.png'), createRgbImage({ height: 4, width: 4 }));
    expectRefusal(
      await runCommand(['superpixels', at('disc.png'), '--out', at('x.png'), '--reference', at('small.png')]),
      at('small.png'),
      'got 4x4; expected 64x48',
    );
    expectRefusal(await runCommand(['superpixels', at('none.png'), '--out', at('x.png')]), at('none.png'));
    const toFolder = await runCommand(['superpixels', at('disc.png'), '--out', folder, '--quiet']);
    expect(toFolder.exitCode).toBe(2);
    expect(toFolder.lines).toHaveLength(1);
  });
});

describe('synth and check', () => {
  it('write the same data set for the same seed, which checks as usable', async () => {
    const size = ['--images', '3', '--short-side', '64'];
    const written = await runCommand(['synth', at('data'), ...size, '--seed', '5', '--json', '--quiet']);
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(written.stdout)).toMatchObject({
      seed: 5,
      height: 64,
      splits: [
        { split: 'training', images: 1 },
        { split: 'validation', images: 1 },
        { split: 'test', images: 1 },
      ],
    });
    await runCommand(['synth', at('data2'), ...size, '--seed', '5', '--quiet']);
    const image = join('ISIC-2017_Training_Data', 'ISIC_9000000.jpg');
    expect(await readFile(at('data2', image))).toEqual(await readFile(at('data', image)));

    const checked = await runCommand(['check', at('data'), '--deep', '--json', '--quiet']);
    expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(checked.stdout)).toMatchObject({
      valid: true,
      splits: { training: { images: 1, masks: 1 } },
    });

    expectRefusal(await runCommand(['synth', at('data'), ...size]), at('data'), 'not empty');
  });

  it('lists every bad file, names the first in one line, and exits with 2', async () => {
    const images = at('data', 'ISIC-2017_Training_Data');
    const features = at('data', 'ISIC-2017_Training_Part2_GroundTruth', 'ISIC_9000000_features.json');
    const mask = at('data', 'ISIC-2017_Validation_Part1_GroundTruth', 'ISIC_9100000_segmentation.png');
    const jpeg = await readFile(join(images, 'ISIC_9000000.jpg'));
    await writeFile(join(images, 'ISIC_9000000.jpg'), jpeg.subarray(0, jpeg.length / 2));
    await writeMask(mask, createBinaryMask({ height: 1, width: 2 }, Uint8Array.of(0, 1)));
    const values = JSON.parse(await readFile(features, 'utf8')) as Record<string, number[]>;
    await writeFile(
      features,
      JSON.stringify(Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.slice(1)]))),
    );
    const { exitCode, stdout, lines } = await runCommand(['check', at('data'), '--deep', '--quiet']);
    expect(exitCode).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^error: .*ISIC_9000000.*\(the first of 3 errors\)$/);
    expect(stdout).toContain('not usable as it is');
    expect(stdout).toMatch(/error: .*ISIC_9000000\.jpg.*truncated/);
    expect(stdout).toMatch(/error: .*ISIC_9100000_segmentation\.png.*2x1/);
    expect(stdout).toMatch(/error: .*ISIC_9000000_features\.json/);
  });
});

describe('score', () => {
  const csv = async (name: string, text: string): Promise<string> => {
    await writeFile(at(name), text);
    return at(name);
  };

  it('prints the contract of task 3 as JSON', async () => {
    const truth = await csv(
      'truth.csv',
      'image_id,melanoma,seborrheic_keratosis\nA,0,1\nB,0,0\nC,1,0\nD,1,0\n',
    );
    const pred = await csv('pred.csv', 'A,0.1,1\nB,0.4,0\nC,0.35,0\nD,0.8,0\n');
    const { exitCode, stdout, stderr } = await runCommand([
      'score',
      '--task',
      '3',
      '--truth',
      truth,
      '--pred',
      pred,
      '--json',
      '--bootstrap',
      '50',
      '--per-image',
      at('per-image.csv'),
      '--quiet',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      task: 3,
      protocol: 'isic2017',
      count: 4,
      metrics: { AUC: 0.875 },
      perClass: { melanoma: { AUC: 0.75 }, seborrheic_keratosis: { AUC: 1 } },
      problems: [],
    });
    expect(Object.keys(document['metrics'] as object)).toEqual(['AUC', 'AP', 'AC', 'SE', 'SP']);
    expect(await readFile(at('per-image.csv'), 'utf8')).toContain(
      'image_id,class,truth,score\nA,melanoma,0,0.1\n',
    );
  });

  it('prints a table for people', async () => {
    const truth = await csv('truth.csv', 'A,0,1\nB,0,0\nC,1,0\nD,1,0\n');
    const pred = await csv('pred.csv', 'A,0.1,1\nB,0.4,0\nC,0.35,0\nD,0.8,0\n');
    const { exitCode, stdout } = await runCommand(['score', '--task', '3', '--truth', truth, '--pred', pred]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Task 3, disease classification, protocol isic2017: 4 images');
    expect(stdout).toMatch(/^melanoma +0\.7500 /m);
  });

  it('keeps the results of good lines beside an unknown id, and exits with 2 and one line', async () => {
    const truth = await csv('truth.csv', 'A,0,1\nB,0,0\nC,1,0\n');
    const pred = await csv('pred.csv', 'A,0.1,1\nB,0.4,0\nC,0.9,0\nX,0.5,0.5\n');
    const { exitCode, stdout, lines } = await runCommand([
      'score',
      '--task',
      '3',
      '--truth',
      truth,
      '--pred',
      pred,
      '--json',
    ]);
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      `error: ${pred}:4: unknown image id; got "X"; expected an id of ${truth}. Remove the line, or give the truth of the same images.`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ count: 3, metrics: { AUC: 1 }, problems: [{ id: 'X' }] });
  });

  it('refuses a CSV without a column', async () => {
    const truth = await csv('truth.csv', 'A,0,1\nB,0,0\nC,1,0\n');
    const pred = await csv('pred.csv', 'image_id,melanoma\nA,0.1\nB,0.4\nC,0.9\n');
    expectRefusal(
      await runCommand(['score', '--task', '3', '--truth', truth, '--pred', pred]),
      `${pred}:1: the column seborrheic_keratosis is missing`,
    );
  });

  it('keeps the results of good masks beside one of another size', async () => {
    for (const name of ['masks', 'predicted']) {
      await mkdir(at(name), { recursive: true });
      for (const id of ['A', 'B']) {
        const mask = createBinaryMask({ height: 2, width: 2 }, Uint8Array.of(1, 1, 0, 0));
        await writeMask(at(name, `${id}_segmentation.png`), mask);
      }
    }
    await writeMask(at('predicted', 'B_segmentation.png'), createBinaryMask({ height: 3, width: 2 }));
    const args = ['score', '--task', '1', '--truth', at('masks'), '--pred', at('predicted')];
    const { exitCode, stdout, lines } = await runCommand(args);
    expect(exitCode).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      'B_segmentation.png: the mask has another size than its truth; got 2x3; expected 2x2',
    );
    expect(stdout).toContain('Task 1, segmentation, protocol isic2017: 1 image of 2');
    expect(stdout).toContain('Not scored:');

    await rm(at('predicted', 'B_segmentation.png'));
    expectRefusal(await runCommand(args), 'predictions are missing for 1 of 2 images: B');
    const allowed = await runCommand([...args, '--allow-missing']);
    expect(allowed.exitCode).toBe(0);
    expect(allowed.stderr).toBe('scored without 1 image that has no prediction: B\n');
  });
});

describe('Ctrl-C', () => {
  it('stops cleanly with exit code 130 and leaves no half a file', async () => {
    let stopped = false;
    const { exitCode, stdout, lines } = await runCommand(
      ['synth', at('stopped'), '--images', '2000', '--short-side', '64'],
      (text, kill) => {
        // The first progress line shows that work is under way.
        if (!stopped && text.includes('drawing')) {
          stopped = true;
          kill('SIGINT');
        }
      },
    );
    expect(exitCode).toBe(130);
    expect(stdout).toBe('');
    expect(lines).toContain('stopping; press Ctrl-C again to stop at once');
    expect(lines.at(-1)).toMatch(/^error: .*stopped/);
    const left = await readdir(at('stopped'), { recursive: true });
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe.skipIf(!realData)('on real data', () => {
  it("reproduces a participant's published AUC", async () => {
    const { exitCode, stdout } = await runCommand([
      'score',
      '--task',
      '3',
      '--json',
      '--truth',
      realFile('isic2017', 'ISIC-2017_Validation_Part3_GroundTruth.csv'),
      '--pred',
      realFile('predictions', 'recod_titans_val_predictions.csv'),
    ]);
    expect(exitCode).toBe(0);
    const { perClass } = JSON.parse(stdout) as { perClass: Record<string, { AUC: number }> };
    expect(perClass['melanoma']!.AUC.toFixed(6)).toBe('0.907778');
    expect(perClass['seborrheic_keratosis']!.AUC.toFixed(6)).toBe('0.994929');
  });
});
