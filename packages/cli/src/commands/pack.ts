/** `lesion pack`: a trained bundle in fewer bytes, with a model card. */
import { readFile } from 'node:fs/promises';
import { LesionError } from '@lesion/core';
import type { PackedNetwork, PackPrecision } from '@lesion/train';
import { Option } from 'commander';
import { defineCommand } from '../command.js';
import { formatBytes } from '../format.js';

interface PackOptions {
  model: string;
  output: string;
  precision: PackPrecision;
  networks?: string[];
  card?: string;
}

async function readCard(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new LesionError('NOT_FOUND', {
      what: 'the model card cannot be read',
      where: path,
      mend: 'Give a Markdown file, or leave --card out.',
      cause,
    });
  }
}

/** What packing did to a network, in a line. */
export function describePacking(network: PackedNetwork): string {
  const { name, precision, bytesBefore, bytesAfter, rootMeanSquareError, largestError } = network;
  const share = (value: number): string => `${(100 * value).toPrecision(2)} %`;
  return (
    `${name}: ${precision}, ${formatBytes(bytesBefore)} before, ${formatBytes(bytesAfter)} now; ` +
    `weights moved by ${share(rootMeanSquareError)} (root mean square), at most ${share(largestError)} of a kernel's largest`
  );
}

export const pack = defineCommand<[], PackOptions>({
  name: 'pack',
  group: 'Models:',
  summary: 'write a trained bundle again in a half or a quarter of its bytes, with a model card',
  description:
    'Writes a bundle again with kernels in a half or a quarter of their bytes, and tells how far weights moved. Score the packed bundle before you use it.',
  examples: [
    {
      line: 'lesion pack --model runs/lin --output models/lin --precision int8 --card card.md',
      does: 'a quarter of the bytes, with a model card',
    },
    {
      line: 'lesion pack --model runs/lin --output models/lin --precision float16 --networks dr',
      does: 'half of the bytes, and one network of the two',
    },
  ],
  stopsCleanly: false,
  declare(command) {
    command
      .requiredOption('--model <bundle>', 'a trained LIN or LFN: a bundle, or the folder of its run')
      .requiredOption('--output <dir>', 'where to write; a bundle that is there is replaced')
      .addOption(
        new Option(
          '--precision <name>',
          'a quarter of the bytes, or half of them and weights that hardly move',
        )
          .choices(['int8', 'float16'])
          .makeOptionMandatory(),
      )
      .option(
        '--networks <name,...>',
        'keep these networks of a LIN, such as dr; calibrate what comes of it; default all',
        (text) => text.split(',').map((name) => name.trim()),
      )
      .option('--card <file>', "a model card, Markdown, for the bundle's README.md; default the model's own");
  },
  async run(_, { options: { model, output, precision, networks, card } }) {
    const { packBundle } = await import('@lesion/train');
    const text = card === undefined ? undefined : await readCard(card);
    const packed = await packBundle(model, output, { precision, networks, card: text });
    return {
      document: { output, precision, networks: packed },
      text: [...packed.map(describePacking), `${output}: try it with "lesion evaluate"`].join('\n'),
    };
  },
});
