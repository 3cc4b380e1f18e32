/** A layers model's weights as named arrays: out of a model and into one. */
import { invalidFile, resolveOptions } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from './safetensors.js';

/** One weight of a model under a name that is the same in every process: `layer/kernel`. */
export interface NamedVariable {
  name: string;
  variable: tf.Variable;
  trainable: boolean;
}

/** All weights of a model in the model's own order, batch normalisation's moving statistics included. */
export function namedVariables(model: LayersModel): NamedVariable[] {
  const trainable = new Set(model.trainableWeights.map((weight) => weight.id));
  return model.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({
      // tfjs appends a counter to the variable's name when a second model is built; the original name has none.
      name: `${layer.name}/${weight.originalName.split('/').pop()}`,
      variable: weight.read() as tf.Variable,
      trainable: trainable.has(weight.id),
    })),
  );
}

/** Reads the values of variables or tensors. */
export async function readArrays(
  entries: readonly { name: string; variable: tf.Tensor }[],
): Promise<NamedArray[]> {
  const arrays: NamedArray[] = [];
  for (const { name, variable } of entries) {
    arrays.push({ name, shape: [...variable.shape], data: (await variable.data<'float32'>()).slice() });
  }
  return arrays;
}

/** Options of {@link assignWeights}. */
export interface AssignWeightsOptions {
  /** Called with the name of each array once the engine has its values. @default nothing is done */
  onAssigned?: ((name: string) => void) | undefined;
}

/**
 * Sets every weight of a model.
 *
 * @param source names where `arrays` come from in errors
 * @throws LesionError `INVALID_FILE` naming the first weight that `arrays` lacks or has in another shape
 */
export function assignWeights(
  model: LayersModel,
  arrays: ReadonlyMap<string, NamedArray>,
  source: string,
  options?: AssignWeightsOptions,
): void {
  const { onAssigned } = resolveOptions(options, { onAssigned: undefined }, 'assignWeights');
  const variables = namedVariables(model);
  for (const { name, variable } of variables) {
    const array = arrays.get(name);
    if (array === undefined || array.shape.join() !== variable.shape.join()) {
      throw invalidFile({
        what: `the weight ${name} does not fit the network`,
        where: source,
        got: array === undefined ? 'nothing' : `[${array.shape.join(', ')}]`,
        expected: `[${variable.shape.join(', ')}]`,
        mend: 'Load it with the architecture that it was trained with.',
      });
    }
  }
  for (const { name, variable } of variables) {
    const { data, shape } = arrays.get(name)!;
    // One at a time, so that an engine never holds more than one of them twice.
    tf.tidy(() => variable.assign(tf.tensor(data, shape)));
    onAssigned?.(name);
  }
}
