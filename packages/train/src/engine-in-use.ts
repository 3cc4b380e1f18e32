/** The engine for a prediction: the one that is active, else the best that loads. */
import { activeBackend, type EngineName, loadEngine } from '@lesion/engine';

/** Set while the active engine was only wanted to hold weights, and nobody has chosen one. */
let isStopgap = false;

/**
 * @param name an engine, `auto` for the best, `current` for the active one and the best if none is active;
 *   `for building` for the active one, and where none is active the one that takes least to hold weights
 */
export async function useEngine(name: EngineName | 'auto' | 'current' | 'for building'): Promise<void> {
  const active = activeBackend();
  if (name === 'for building') {
    if (active !== undefined) return;
    await loadEngine({ name: 'cpu', purpose: 'predict' });
    isStopgap = true;
    return;
  }
  if (name === 'current' && active !== undefined && !(isStopgap && active === 'cpu')) return;
  await loadEngine({ name: name === 'current' ? 'auto' : name, purpose: 'predict' });
  isStopgap = false;
}
