/** Options and loading of the trained models that `predict` and `evaluate` share. Leans on @lesion/train. */
import { invalidArgument } from '@lesion/core';
import type { Engine, EngineName } from '@lesion/engine';
import type { Lfn, Lin } from '@lesion/train';
import { type Command, Option } from 'commander';

export interface ModelOptions {
  lin?: string;
  lfn?: string;
  engine: EngineName | 'auto';
}

/** The models that were asked for, ready on an engine. */
export interface LoadedModels {
  lin: Lin | undefined;
  lfn: Lfn | undefined;
  engine: Engine;
  dispose(): void;
}

/** `--engine`, for every command that computes with networks. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what computes; auto takes the fastest that can')
    .choices(['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'])
    .default('auto');
}

/** Declares `--lin`, `--lfn` and `--engine`. */
export function declareModels(command: Command): void {
  command
    .option('--lin <bundle>', 'a trained LIN: segmentation and diagnosis')
    .option('--lfn <bundle>', 'a trained LFN: dermoscopic features')
    .addOption(engineOption());
}

/**
 * Loads what was asked for; call `dispose()` when done.
 *
 * @throws LesionError `INVALID_ARGUMENT` if neither was; else as loadEngine, loadLin and loadLfn.
 */
export async function loadModels(options: ModelOptions): Promise<LoadedModels> {
  if (options.lin === undefined && options.lfn === undefined) {
    throw invalidArgument({
      what: 'no model was given',
      where: 'options',
      expected: '--lin BUNDLE, --lfn BUNDLE or both',
      mend: 'Train one first with "lesion train".',
    });
  }
  const [{ loadEngine }, { loadLfn, loadLin }] = await Promise.all([
    import('@lesion/engine'),
    import('@lesion/train'),
  ]);
  const engine = await loadEngine({ name: options.engine, purpose: 'predict' });
  const lin = options.lin === undefined ? undefined : await loadLin(options.lin);
  try {
    const lfn = options.lfn === undefined ? undefined : await loadLfn(options.lfn);
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
    lin?.dispose();
    throw error;
  }
}
