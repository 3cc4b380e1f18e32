/** The engine for a prediction: the one that is active, else the best that loads. */
import { activeBackend, type EngineName, loadEngine } from '@lesion/engine';

/** @param name an engine, `auto` for the best, `current` for the active one and the best if none is active */
export async function useEngine(name: EngineName | 'auto' | 'current'): Promise<void> {
  if (name === 'current' && activeBackend() !== undefined) return;
  await loadEngine({ name: name === 'current' ? 'auto' : name, purpose: 'predict' });
}
