/** LIN and LFN from a folder, on what computes best here. */
import { resolveOptions } from '@lesion/core';
import { type NetworkOptions, prepareNetworks } from './exported-network.js';
import { type Lfn, lfnFromBundle } from './lfn.js';
import { type Lin, linFromBundle } from './lin.js';
import { readBundle } from './read-bundle.js';

/** Options of {@link loadLin}. */
export type LoadLinOptions = NetworkOptions;

/** Options of {@link loadLfn}. */
export type LoadLfnOptions = NetworkOptions;

const DEFAULTS = { network: undefined, engine: 'current', threads: undefined } as const;

/**
 * Loads a LIN from its bundle (or from the folder of the run that made it).
 *
 * @throws LesionError `NOT_FOUND`, `INVALID_FILE`, `INTEGRITY` if a byte was changed, `ENGINE_UNAVAILABLE`
 */
export async function loadLin(folder: string, options?: LoadLinOptions): Promise<Lin> {
  const settings = resolveOptions(options, DEFAULTS, 'loadLin');
  const bundle = await readBundle(folder, 'lin');
  return linFromBundle(bundle, { network: await prepareNetworks(settings) });
}

/**
 * Loads a LFN from its bundle (or from the folder of the run that made it).
 *
 * @throws LesionError `NOT_FOUND`, `INVALID_FILE`, `INTEGRITY` if a byte was changed, `ENGINE_UNAVAILABLE`
 */
export async function loadLfn(folder: string, options?: LoadLfnOptions): Promise<Lfn> {
  const settings = resolveOptions(options, DEFAULTS, 'loadLfn');
  const bundle = await readBundle(folder, 'lfn');
  return lfnFromBundle(bundle, { network: await prepareNetworks(settings) });
}
