/** Which function writes which class of layer: those of tfjs-layers from the start, others as they are registered. */
import type { LayerContext } from './layer-context.js';
import { BUILT_IN_WRITERS } from './layers/index.js';
import type { OnnxValue } from './value.js';

/**
 * Writes one application of a layer.
 *
 * @param context the graph to write to, the layer, its configuration and weights
 * @param inputs what the layer is applied to
 * @returns the layer's output, or its outputs in order
 */
export type OnnxLayerWriter = (
  context: LayerContext,
  inputs: readonly OnnxValue[],
) => OnnxValue | readonly OnnxValue[];

const registered = new Map<string, OnnxLayerWriter>();

/**
 * Says how a class of layers is written, for layers of one's own. A later writer replaces an earlier one, and one for
 * a class of tfjs-layers replaces the built-in one.
 *
 * @param className the layer's `getClassName()`
 * @example
 * ```ts
 * registerOnnxLayer('Negative', (context, [x]) => context.elementwise('Neg', x!));
 * ```
 */
export function registerOnnxLayer(className: string, writer: OnnxLayerWriter): void {
  registered.set(className, writer);
}

/** The writer of a class, if there is one. */
export function findOnnxLayer(className: string): OnnxLayerWriter | undefined {
  return registered.get(className) ?? BUILT_IN_WRITERS.get(className);
}

/** The classes of layers that can be written, by name. */
export function onnxLayerNames(): string[] {
  return [...new Set([...BUILT_IN_WRITERS.keys(), ...registered.keys()])].sort();
}
