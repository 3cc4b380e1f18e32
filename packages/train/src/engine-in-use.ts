/** The engine for a prediction: the one that is active, else the best that loads. */
import { type EngineName, loadEngine } from '@lesion/engine';
import * as tf from '@tensorflow/tfjs-core';

/** @param name an engine, `auto` for the best, `current` for the active one and the best if none is active */
export async function useEngine(name: EngineName | 'auto' | 'current'): Promise<void> {
  const active = (tf.engine() as { backendName?: string }).backendName;
  if (name === 'current' && active !== undefined) return;
  await loadEngine({ name: name === 'current' ? 'auto' : name, purpose: 'predict' });
}
