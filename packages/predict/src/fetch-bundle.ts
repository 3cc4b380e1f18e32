/** Bundles from an address: the browser's reader. */
import { LesionError, resolveOptions, throwIfAborted } from '@lesion/core';
import { BUNDLE_CARD, BUNDLE_MANIFEST, type Bundle, type BundleManifest, openBundle } from './bundle.js';

/** How far a download has come. */
export interface DownloadProgress {
  /** Bytes of the files that the manifest names, as they are when unpacked. */
  done: number;
  total: number;
}

/** Options of {@link fetchBundle}. */
export interface FetchBundleOptions {
  /** The kind that it has to be of. @default either */
  kind?: BundleManifest['kind'] | undefined;
  /** Ends the download. @default it cannot be ended */
  signal?: AbortSignal | undefined;
  /** Called when the manifest is read, and at each piece that arrives. @default nothing is called */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** Files that are read of a bundle, and no others: each of them once. */
function bytesToRead({ networks, files }: BundleManifest): number {
  const names = networks.map(({ weights }) => weights);
  if (files[BUNDLE_CARD] !== undefined) names.push(BUNDLE_CARD);
  return names.reduce((sum, name) => sum + (files[name]?.bytes ?? 0), 0);
}

/** The body of a response, told piece by piece. */
async function bodyOf(response: Response, onBytes: (count: number) => void): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
    onBytes(value.length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * Downloads a bundle from the address of its folder, and checks every byte of it.
 *
 * @param url the folder that holds `bundle.json`; in a page also relative to it. A query is sent with each file
 * @throws LesionError `NOT_FOUND` if there is none, or the network does not reach it; `INVALID_FILE` if it is not a
 *   bundle of this version, or of another kind; `INTEGRITY` if what arrived is not what was saved; `ABORTED`
 * @example
 * ```ts
 * const bundle = await fetchBundle('models/lin/', {
 *   kind: 'lin',
 *   onProgress: ({ done, total }) => bar.value = done / total,
 * });
 * ```
 */
export async function fetchBundle(url: string | URL, options?: FetchBundleOptions): Promise<Bundle> {
  const { kind, signal, onProgress } = resolveOptions(
    options,
    { kind: undefined, signal: undefined, onProgress: undefined },
    'fetchBundle',
  );
  const folder = addressOf(url);
  let total = 0;
  let done = 0;
  const tell = (count: number): void => {
    done += count;
    onProgress?.({ done, total });
  };
  const aborting = { where: folder.href, mend: 'Fetch the bundle again.' };
  const read = async (name: string): Promise<Uint8Array> => {
    throwIfAborted(signal, aborting);
    const address = new URL(folder);
    address.pathname += encodeURIComponent(name);
    const unreached = (got: string, cause?: unknown): LesionError =>
      new LesionError('NOT_FOUND', {
        what: 'the file cannot be fetched',
        where: address.href,
        got,
        mend: 'Give the address of the folder of a model bundle, from which this page may read.',
        cause,
      });
    try {
      const response = await fetch(address, signal === undefined ? {} : { signal });
      if (!response.ok) throw unreached(`${response.status} ${response.statusText}`.trim());
      return await bodyOf(response, name === BUNDLE_MANIFEST ? () => {} : tell);
    } catch (cause) {
      throwIfAborted(signal, aborting);
      if (LesionError.isInstance(cause)) throw cause;
      throw unreached(cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
  return openBundle(read, {
    where: folder.href,
    kind,
    onManifest(manifest) {
      total = bytesToRead(manifest);
      tell(0);
    },
  });
}

/** With a slash behind, and whole where a page gives it relative to itself. */
function addressOf(url: string | URL): URL {
  const base =
    (globalThis as { document?: { baseURI: string } }).document?.baseURI ?? globalThis.location?.href;
  let address: URL;
  try {
    address = new URL(url, base);
  } catch (cause) {
    throw new LesionError('INVALID_ARGUMENT', {
      what: 'not an address',
      where: 'url',
      got: String(url),
      expected: 'the address of the folder of a model bundle, as https://example.org/models/lin/',
      cause,
    });
  }
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address;
}
