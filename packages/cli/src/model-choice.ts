/** Which models `predict` and `evaluate` use: those that are named, else the pretrained ones. */
import type { ModelOptions } from './models.js';

/** The word that stands for a model of @lesion/pretrained; a folder of this name is `./pretrained`. */
const PRETRAINED = 'pretrained';

/** The folders of the chosen models. */
export interface ModelChoice {
  lin?: string;
  lfn?: string;
}

/**
 * The folders of the models that were asked for; of both pretrained models where none was.
 *
 * @param note is told of each pretrained model, and where its card lies
 * @throws LesionError `NOT_FOUND` if a pretrained model is missing
 */
export async function chooseModels(
  options: Pick<ModelOptions, 'lin' | 'lfn'>,
  note: (line: string) => void,
): Promise<ModelChoice> {
  const isNoneNamed = options.lin === undefined && options.lfn === undefined;
  const choice: ModelChoice = {};
  for (const name of ['lin', 'lfn'] as const) {
    const named = isNoneNamed ? PRETRAINED : options[name];
    if (named === undefined) continue;
    if (named !== PRETRAINED) {
      choice[name] = named;
      continue;
    }
    const { pretrainedModel } = await import('@lesion/pretrained');
    const { folder, card } = pretrainedModel(name);
    note(`pretrained ${name.toUpperCase()}, for research; what it can do and what not: ${card}`);
    choice[name] = folder;
  }
  return choice;
}
