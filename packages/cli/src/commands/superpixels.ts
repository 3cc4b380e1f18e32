/** `lesion superpixels`: an image's superpixels, as the challenge encodes them. */
import { readFile } from 'node:fs/promises';
import { formatSize, invalidFile, type LabelMap, sizeOf } from '@lesion/core';
import type { SuperpixelPreset } from '@lesion/superpixel';
import { Option } from 'commander';
import { defineCommand } from '../command.js';
import { formatCount, formatMetric } from '../format.js';
import { decimalNumber, wholeNumber } from '../parsers.js';

interface SuperpixelCommandOptions {
  out: string;
  preset: SuperpixelPreset;
  algorithm?: 'slic' | 'slico';
  count?: number;
  compactness?: number;
  overlay?: string;
  reference?: string;
}

/** Reads a superpixel PNG and makes sure that it belongs to an image of this size. */
async function readReference(path: string, image: { path: string; size: string }): Promise<LabelMap> {
  const { decodeLabels } = await import('@lesion/superpixel');
  const labels = decodeLabels(await readFile(path), { source: path });
  const size = formatSize(sizeOf(labels));
  if (size === image.size) return labels;
  throw invalidFile({
    what: 'the reference has another size than the image',
    where: path,
    got: size,
    expected: `${image.size} (width x height), as ${image.path}`,
    mend: 'Give the superpixels of this image at its own size.',
  });
}

export const superpixels = defineCommand<[image: string], SuperpixelCommandOptions>({
  name: 'superpixels',
  group: 'Data:',
  summary: "divide an image into superpixels and write them in the challenge's encoding",
  description:
    "Divides an image into superpixels and writes them as a PNG in the challenge's encoding. The presets are the challenge's own recipe, and those of two well-known programs; the other options change them.",
  examples: [
    { line: 'lesion superpixels photo.jpg --out superpixels.png', does: 'as the challenge made its own' },
    {
      line: 'lesion superpixels photo.jpg --out superpixels.png --overlay overlay.png',
      does: 'draws the boundaries on the image too',
    },
    {
      line: 'lesion superpixels photo.jpg --out superpixels.png --algorithm slic --count 500 --compactness 20',
      does: 'larger and more regular ones',
    },
    {
      line: 'lesion superpixels ISIC_0000000.jpg --out mine.png --reference ISIC_0000000_superpixels.png',
      does: "how well they agree with the challenge's",
    },
  ],
  stopsCleanly: false,
  declare(command) {
    command
      .argument('<image>', 'the image')
      .requiredOption('--out <png>', 'the superpixel file: label = R + 256 G + 65536 B')
      .addOption(
        new Option('--preset <name>', 'the recipe that the other options change')
          .choices(['isic2017', 'scikit-image', 'epfl'])
          .default('isic2017'),
      )
      .addOption(
        new Option('--algorithm <name>', 'slic or slico; default by preset').choices(['slic', 'slico']),
      )
      .option('--count <number>', 'about how many superpixels; default by preset', wholeNumber({ min: 1 }))
      .option(
        '--compactness <number>',
        'colour distance that weighs as much as one grid step; default by preset',
        decimalNumber({ min: Number.MIN_VALUE }),
      )
      .option('--overlay <png>', 'write the image with the boundaries drawn on it')
      .option('--reference <png>', 'compare with these superpixels of the same image');
  },
  async run(context, { positional: [path], options }) {
    const { readImage, writeFileAtomic, writePng } = await import('@lesion/preprocess/node');
    const {
      encodeLabels,
      purity,
      superpixels: divide,
      SUPERPIXEL_PRESETS,
    } = await import('@lesion/superpixel');
    const { out, overlay, reference: referencePath, ...settings } = options;
    const image = await readImage(path);
    const size = formatSize(sizeOf(image));
    // Read first: a wrong reference should not be found out after the work.
    const reference =
      referencePath === undefined ? undefined : await readReference(referencePath, { path, size });

    context.note(`dividing ${path}, ${size}`);
    const start = performance.now();
    const { labels, count } = divide(image, settings);
    const seconds = (performance.now() - start) / 1000;
    await writeFileAtomic(out, encodeLabels(labels));
    if (overlay !== undefined) {
      const { drawSuperpixels } = await import('@lesion/report');
      await writePng(overlay, drawSuperpixels(image, labels));
    }

    const lines = [
      `${out}: ${formatCount(count, 'superpixel')} of ${path}, ${size}, ${seconds.toFixed(1)} s`,
    ];
    if (overlay !== undefined) lines.push(`${overlay}: the boundaries drawn on the image`);
    let comparison: { path: string; count: number; purity: number } | undefined;
    if (reference !== undefined && referencePath !== undefined) {
      const { countSuperpixels } = await import('@lesion/isic');
      comparison = {
        path: referencePath,
        count: countSuperpixels(reference),
        purity: purity(labels, reference),
      };
      lines.push(
        `${referencePath}: ${formatCount(comparison.count, 'superpixel')}; purity ${formatMetric(comparison.purity)}, the share of pixels in the reference superpixel that most of their own lies in`,
      );
    }
    const { preset, ...changes } = settings;
    const document = {
      image: path,
      out,
      overlay,
      width: sizeOf(image).width,
      height: sizeOf(image).height,
      count,
      seconds,
      settings: { preset, ...SUPERPIXEL_PRESETS[preset], ...changes },
      reference: comparison,
    };
    return { document, text: lines.join('\n') };
  },
});
