/** Where the trained models of this package lie. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertOneOf, LesionError } from '@lesion/core';

/** Names of the models: the LIN segments and diagnoses, the LFN finds dermoscopic features. */
export const PRETRAINED_MODELS = ['lin', 'lfn'] as const;
export type PretrainedModelName = (typeof PRETRAINED_MODELS)[number];

/** A trained model as files. */
export interface PretrainedModel {
  name: PretrainedModelName;
  /** Absolute path of its bundle, for loadLin or loadLfn of `@lesion/predict/node`. */
  folder: string;
  /** Absolute path of its model card, Markdown: data, recipe, figures, limits and intended use. */
  card: string;
}

/** Beside `src` and `dist` alike. */
const MODELS = fileURLToPath(new URL('../models/', import.meta.url));

/** As {@link pretrainedModel}, of the models in a folder. */
export function modelIn(models: string, name: PretrainedModelName): PretrainedModel {
  assertOneOf(name, PRETRAINED_MODELS, 'name');
  const folder = join(models, name);
  const card = join(folder, 'README.md');
  for (const path of [join(folder, 'bundle.json'), card]) {
    if (existsSync(path)) continue;
    throw new LesionError('NOT_FOUND', {
      what: `the pretrained model ${name} is not whole`,
      where: path,
      got: 'nothing',
      expected: 'a file',
      mend: 'Install @lesion/pretrained again, or give a model of your own.',
    });
  }
  return { name, folder, card };
}

/**
 * Finds a trained model of this package. Read its card before you use it.
 *
 * @throws LesionError `INVALID_ARGUMENT` for an unknown name; `NOT_FOUND` if its files are missing
 * @example
 * ```ts
 * const lin = await loadLin(pretrainedModel('lin').folder); // of @lesion/predict/node
 * ```
 */
export function pretrainedModel(name: PretrainedModelName): PretrainedModel {
  return modelIn(MODELS, name);
}
