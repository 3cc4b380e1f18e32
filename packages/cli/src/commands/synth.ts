/** `lesion synth`: a synthetic data set in the challenge's layout. */
import { LESION_CLASSES } from '@lesion/core';
import { defineCommand } from '../command.js';
import { formatCount } from '../format.js';
import { wholeNumber } from '../parsers.js';

interface SynthOptions {
  images: number;
  shortSide: number;
  overwrite: boolean;
}

/** A fifth of the images each to validate and to test with, at least one; the rest to train with. */
export function divideImages(images: number): { training: number; validation: number; test: number } {
  const fifth = Math.max(1, Math.round(images / 5));
  return { training: images - 2 * fifth, validation: fifth, test: fifth };
}

export const synth = defineCommand<[folder: string], SynthOptions>({
  name: 'synth',
  group: 'Data:',
  summary: "write a synthetic data set in the challenge's layout",
  description:
    'Draws dermoscopy-like images with masks, superpixels, features and diagnoses, in the layout of the challenge, to try things out without data. The same seed draws the same images; figures on them say nothing about real lesions.',
  examples: [
    { line: 'lesion synth data --images 40', does: '40 images, 24 of them for training' },
    {
      line: 'lesion synth data --images 300 --short-side 512 --seed 7 --overwrite',
      does: 'larger ones, in place of an earlier set',
    },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .argument('<dir>', 'the folder to write to: new or empty')
      .requiredOption(
        '--images <number>',
        'images in all: a fifth each for validation and test, the rest for training',
        wholeNumber({ min: 3, max: 100_000 }),
      )
      .option(
        '--short-side <pixels>',
        "the images' height; the width is 4/3 of it",
        wholeNumber({ min: 48 }),
        256,
      )
      .option('--overwrite', 'replace an earlier synthetic data set', false);
  },
  async run(context, { positional: [folder], options }) {
    const { writeSyntheticDataset } = await import('@lesion/isic');
    const progress = context.progress('drawing', 'images');
    try {
      const { images, size, seed } = await writeSyntheticDataset(folder, {
        ...divideImages(options.images),
        shortSide: options.shortSide,
        overwrite: options.overwrite,
        seed: context.seed,
        signal: context.signal,
        onProgress: ({ done, total, id }) => progress.update({ done, total, detail: id }),
      });
      const splits = ['training', 'validation', 'test'] as const;
      const counts = splits.map((split) => {
        const own = images.filter((image) => image.split === split);
        const classes = LESION_CLASSES.map((diagnosis) => [
          diagnosis,
          own.filter((image) => image.diagnosis === diagnosis).length,
        ]);
        return {
          split,
          images: own.length,
          diagnoses: Object.fromEntries(classes) as Record<string, number>,
        };
      });
      const text = [
        `${folder}: ${formatCount(images.length, 'image')}, ${size.width}x${size.height}, seed ${seed}`,
        ...counts.map(
          ({ split, images: number, diagnoses }) =>
            `  ${split}: ${number} (${Object.entries(diagnoses)
              .map(([name, count]) => `${name} ${count}`)
              .join(', ')})`,
        ),
      ];
      return {
        document: { folder, seed, width: size.width, height: size.height, splits: counts },
        text: text.join('\n'),
      };
    } finally {
      progress.finish();
    }
  },
});
