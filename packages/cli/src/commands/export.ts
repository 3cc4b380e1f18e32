/** `lesion export`: the networks of a bundle as ONNX files, for ONNX Runtime and other programs. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { ExportedFile } from '@lesion/train';
import { Option } from 'commander';
import { defineCommand } from '../command.js';
import { formatBytes } from '../format.js';

interface ExportOptions {
  model: string;
  output: string;
  network?: string;
  opset: '17' | '18' | '19' | '20' | '21';
  layout: 'nhwc' | 'nchw';
}

/** Where each of several networks is written: `lin.onnx` becomes `lin-dr.onnx` and `lin-dm.onnx`. */
export function networkPath(output: string, network: string, isOnly: boolean): string {
  if (isOnly) return output;
  const ending = extname(output);
  return join(dirname(output), `${basename(output, ending)}-${network}${ending}`);
}

/** The file appears whole or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

export const exportNetworks = defineCommand<[], ExportOptions>({
  name: 'export',
  group: 'Models:',
  summary: 'write the networks of a trained bundle as ONNX files',
  description:
    'Writes the networks of a trained bundle as ONNX files that take any number of images of any size. Their metadata says how images are prepared and what comes out. A LIN has two networks and becomes two files.',
  examples: [
    { line: 'lesion export --model runs/lin --output lin.onnx', does: 'lin-dr.onnx and lin-dm.onnx' },
    { line: 'lesion export --model runs/lfn --output lfn.onnx --layout nchw', does: 'with channels first' },
  ],
  stopsCleanly: false,
  declare(command) {
    command
      .requiredOption('--model <bundle>', 'a trained LIN or LFN: a bundle, or the folder of its run')
      .requiredOption(
        '--output <file>',
        'where to write; of several networks each gets its name before the ending',
      )
      .option('--network <name>', 'only this network: dr or dm of a LIN; default all')
      .addOption(
        new Option('--opset <version>', "ONNX's operator set")
          .choices(['17', '18', '19', '20', '21'])
          .default('18'),
      )
      .addOption(
        new Option('--layout <name>', 'where channels lie: last, as in tfjs, or first')
          .choices(['nhwc', 'nchw'])
          .default('nhwc'),
      );
  },
  async run(_, { options }) {
    const { exportBundle } = await import('@lesion/train');
    const { model, output, network, opset, layout } = options;
    const files: (Omit<ExportedFile, 'file' | 'count'> & { path: string; bytes: number })[] = [];
    for await (const exported of exportBundle(model, { network, opset: Number(opset) as 18, layout })) {
      const { file, count, ...about } = exported;
      const path = networkPath(output, about.network, count === 1);
      await writeWhole(path, file);
      files.push({ ...about, path, bytes: file.length });
    }
    return {
      document: { opset: Number(opset), files },
      text: files
        .map(({ path, network: name, bytes }) => `${path}: network ${name}, ${formatBytes(bytes)}`)
        .join('\n'),
    };
  },
});
