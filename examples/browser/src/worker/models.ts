/** The pretrained networks: from what the browser keeps of the page, else from beside it. */
import { type Lfn, type Lin, lfnFromBundle, linFromBundle, openBundle } from '@lesion/predict';

/** The files of the page lie in the cache of its service worker, where there is one: reading them there asks nobody. */
async function readFile(address: string): Promise<Uint8Array> {
  const kept = 'caches' in globalThis ? await caches.match(address) : undefined;
  const response = kept ?? (await fetch(address));
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** A network that is ready, and what it says of itself. */
export interface Model<Network> {
  model: Network;
  card: string;
}

/** @param folder its address, ending in a slash */
export async function loadLin(folder: string): Promise<Model<Lin>> {
  const read = (name: string): Promise<Uint8Array> => readFile(folder + name);
  const bundle = await openBundle(read, { where: folder, kind: 'lin' });
  return { model: await linFromBundle(bundle), card: bundle.card ?? '' };
}

/** @param folder its address, ending in a slash */
export async function loadLfn(folder: string): Promise<Model<Lfn>> {
  const read = (name: string): Promise<Uint8Array> => readFile(folder + name);
  const bundle = await openBundle(read, { where: folder, kind: 'lfn' });
  return { model: await lfnFromBundle(bundle), card: bundle.card ?? '' };
}
