/** Options and loading of the trained models that `predict` and `evaluate` share. Leans on @lesion/train. */
import type { Engine, EngineName } from '@lesion/engine';
import type { Lfn, Lin, LinPredictOptions } from '@lesion/train';
import { type Command, Option } from 'commander';
import { numberList, wholeNumber } from './parsers.js';

export interface ModelOptions {
  lin?: string;
  lfn?: string;
  engine: EngineName | 'auto';
  scales?: number[];
  licu: boolean;
  indexForm: 'weighted-mean' | 'literal';
  distanceLevels?: number;
}

/** What computes predictions: an engine of tfjs, or ONNX Runtime with exported networks. */
export type Computing = Engine;

/** The models that were asked for, ready to predict. */
export interface LoadedModels {
  lin: Lin | undefined;
  lfn: Lfn | undefined;
  engine: Computing;
  dispose(): void;
}

/** `--engine`, for every command that computes with networks. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what computes; auto takes the fastest that can')
    .choices(['auto', 'tensorflow', 'webgpu', 'onnxruntime', 'wasm', 'cpu'])
    .default('auto');
}

/** Declares `--lin`, `--lfn`, `--engine` and how the LIN predicts. */
export function declareModels(command: Command): void {
  command
    .optionsGroup('Models:')
    .option(
      '--lin <bundle>',
      'a LIN: segmentation and diagnosis; a folder, or the word pretrained; with neither --lin nor --lfn both pretrained models',
    )
    .option('--lfn <bundle>', 'a LFN: dermoscopic features; a folder, or the word pretrained')
    .addOption(engineOption())
    .optionsGroup('How the LIN predicts:')
    .option(
      '--scales <pixels,...>',
      "short sides at which the LIN sees an image (Table IV); default the bundle's",
      numberList(wholeNumber({ min: 32 })),
    )
    .option('--no-licu', 'weigh all pixels of the lesion alike (Table V)')
    .addOption(
      new Option('--index-form <name>', 'mean of the weighted maps as written, or over the weights')
        .choices(['weighted-mean', 'literal'])
        .default('weighted-mean'),
    )
    .option(
      '--distance-levels <number>',
      'equal steps of the distance map (Fig. 3); default exact distances',
      wholeNumber({ min: 1 }),
    );
}

/** How the LIN predicts, from the options of {@link declareModels}. */
export function linOptions({ scales, licu, indexForm, distanceLevels }: ModelOptions): LinPredictOptions {
  return {
    scales,
    licu: { weighting: licu ? 'distance' : 'uniform', form: indexForm, levels: distanceLevels },
  };
}

/** For `auto` and `onnxruntime` exported networks where ONNX Runtime loads; else an engine of tfjs. */
async function loadComputing(name: EngineName | 'auto'): Promise<Computing> {
  const [{ loadEngine }, { inspectOnnxRuntime }] = await Promise.all([
    import('@lesion/engine'),
    import('@lesion/train'),
  ]);
  if (name !== 'auto' && name !== 'onnxruntime') return loadEngine({ name, purpose: 'predict' });
  const runtime = await inspectOnnxRuntime();
  if (runtime.available) {
    return {
      name: 'onnxruntime',
      canTrain: false,
      detail: `${runtime.detail}, networks exported to ONNX`,
      refused: [],
    };
  }
  return loadEngine({ name, purpose: 'predict' });
}

/**
 * Loads models from their folders; call `dispose()` when done.
 *
 * @param beforeLin called with the LFN when it is there, while the LIN, which takes long, still has to be loaded: so
 *   that other threads can prepare images meanwhile
 * @throws LesionError as loadEngine, loadLin and loadLfn
 */
export async function loadModels(
  options: Pick<ModelOptions, 'lin' | 'lfn' | 'engine'>,
  beforeLin?: (lfn: Lfn | undefined) => void,
): Promise<LoadedModels> {
  const { loadLfn, loadLin } = await import('@lesion/train');
  const engine = await loadComputing(options.engine);
  const isExported = engine.name === 'onnxruntime';
  const form = { network: isExported ? 'exported' : 'tfjs' } as const;
  const lfn = options.lfn === undefined ? undefined : await loadLfn(options.lfn, form);
  try {
    beforeLin?.(lfn);
    const lin = options.lin === undefined ? undefined : await loadLin(options.lin, form);
    return {
      lin,
      lfn,
      engine,
      dispose() {
        lin?.dispose();
        lfn?.dispose();
      },
    };
  } catch (error) {
    lfn?.dispose();
    throw error;
  }
}
