/** The engine for a prediction: the one that is active, else the best that loads. */
import { LesionError } from '@lesion/core';
import type * as Engine from '@lesion/engine';
import type { EngineName } from '@lesion/engine';

/**
 * Imported when it is first wanted: it brings engines of hundreds of megabytes, which whoever predicts in a browser
 * does not install.
 */
async function importEngine(): Promise<typeof Engine> {
  try {
    return await import('@lesion/engine');
  } catch (cause) {
    throw new LesionError('ENGINE_UNAVAILABLE', {
      what: 'engines cannot be chosen',
      where: '@lesion/engine',
      got: (cause instanceof Error ? cause.message : String(cause)).split('\n')[0],
      mend: 'Install @lesion/engine.',
      cause,
    });
  }
}

/** Set while the active engine was only wanted to hold weights, and nobody has chosen one. */
let isStopgap = false;

/**
 * Makes an engine of tfjs the active one.
 *
 * @param name an engine, `auto` for the best, `current` for the active one and the best if none is active;
 *   `for building` for the active one, and where none is active the one that takes least to hold weights
 * @throws LesionError `ENGINE_UNAVAILABLE`
 */
export async function useEngine(name: EngineName | 'auto' | 'current' | 'for building'): Promise<void> {
  const { activeBackend, loadEngine } = await importEngine();
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
