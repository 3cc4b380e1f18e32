/**
 * Model bundles: a manifest with all that is needed to use a trained model, its weights, and a hash of each file, so
 * that a damaged one is refused instead of predicting nonsense. Read through any reader of files by name.
 */
import { invalidArgument, invalidFile, LesionError, resolveOptions } from '@lesion/core';
import { z } from 'zod';
import { ARRAY_PRECISIONS } from './array-precision.js';
import { inputNormalizationSchema } from './normalization.js';
import { decodeTensors, type NamedArray } from './safetensors.js';
import { sha256 } from './sha256.js';

/** The file with a bundle's manifest. */
export const BUNDLE_MANIFEST = 'bundle.json';

/** The file with a bundle's model card. */
export const BUNDLE_CARD = 'README.md';

/** A name within the bundle's folder: what was trained elsewhere must not reach outside of it. */
const fileName = z.string().regex(/^[^/\\:]+$/, 'not the plain name of a file');

const manifestSchema = z.object({
  format: z.literal('lesion-bundle'),
  formatVersion: z.literal(1),
  /** What the bundle does. */
  kind: z.enum(['lin', 'lfn']),
  networks: z.array(
    z.object({
      /** `dr`, `dm`, `lfn`: for people. */
      name: z.string(),
      builder: z.enum(['fcrn', 'lfn']),
      /** Options of buildFcrn or buildLfn. */
      architecture: z.record(z.string(), z.unknown()),
      weights: fileName,
      /** How its kernels are stored; absent where all is float32. */
      precision: z.enum(ARRAY_PRECISIONS).optional(),
    }),
  ),
  normalization: inputNormalizationSchema,
  /** Names of the output channels, in order. */
  classes: z.array(z.string()),
  /** How predictions are made by default: scales, LICU form, superpixels. */
  inference: z.record(z.string(), z.unknown()),
  training: z.object({
    seed: z.number(),
    engine: z.string(),
    /** All options of the run. */
    configuration: z.record(z.string(), z.unknown()),
    /** Loss curves, a list a network. */
    history: z.record(z.string(), z.array(z.record(z.string(), z.number().nullable()))),
  }),
  data: z.object({
    /** Hash of the training data's files. */
    fingerprint: z.string(),
    counts: z.record(z.string(), z.number()),
  }),
  /** Figures measured on held-out data, if any. */
  metrics: z.record(z.string(), z.number().nullable()),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
});

/**
 * What a bundle's `bundle.json` says: architecture, classes, normalisation, how it was trained, and the files' hashes.
 */
export type BundleManifest = z.infer<typeof manifestSchema>;

/** A bundle in memory: its manifest and its weights, by network name. */
export interface Bundle {
  manifest: BundleManifest;
  /** Given away, array by array, when the networks are built. */
  weights: Map<string, Map<string, NamedArray>>;
  /** The model card, Markdown, where the bundle has one. */
  card?: string | undefined;
  /** Where it was read from, for messages. */
  source: string;
}

/** Gives the bytes of a bundle's file by its name; fails if there is no such file. */
export type ReadBundleFile = (name: string) => Promise<Uint8Array>;

/** Options of {@link openBundle}. */
export interface OpenBundleOptions {
  /** Names the bundle in errors: a folder or an address. */
  where: string;
  /** The kind that it has to be of. @default either */
  kind?: BundleManifest['kind'] | undefined;
  /** Called with the manifest before the files that it names are read. @default nothing is done */
  onManifest?: ((manifest: BundleManifest) => void) | undefined;
}

/** Not as TextDecoder does by default: a byte order mark that was put before the text is a change too. */
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** A reader's own errors of this family tell more than that a file is missing. */
function unread(cause: unknown, what: string, where: string, mend: string): LesionError {
  if (LesionError.isInstance(cause)) return cause;
  return new LesionError('NOT_FOUND', { what, where, mend, cause });
}

function changed(where: string, got: string, expected: string): LesionError {
  return new LesionError('INTEGRITY', {
    what: 'the file is not the one that was saved',
    where,
    got,
    expected,
    mend: 'Copy the bundle again, or train it again.',
  });
}

/** @throws LesionError `INVALID_FILE` naming `where` */
export function assertKind(manifest: BundleManifest, kind: BundleManifest['kind'], where: string): void {
  if (manifest.kind === kind) return;
  throw invalidFile({ what: 'the bundle is of another kind', where, got: manifest.kind, expected: kind });
}

async function parseManifest(text: string, where: string): Promise<BundleManifest> {
  try {
    const raw: unknown = JSON.parse(text);
    const sealed = z.object({ sha256: z.string(), manifest: z.unknown() }).parse(raw);
    // The manifest's own hash is over its JSON without that one field.
    const actual = await sha256(new TextEncoder().encode(JSON.stringify(sealed.manifest, null, 2)));
    if (actual !== sealed.sha256) throw changed(where, `sha256 ${actual}`, `sha256 ${sealed.sha256}`);
    // White space counts too: a changed byte is a changed file.
    if (text !== `${JSON.stringify(raw, null, 2)}\n`)
      throw changed(where, 'other white space', 'the text as saved');
    return manifestSchema.parse(sealed.manifest);
  } catch (cause) {
    if (LesionError.isInstance(cause)) throw cause;
    throw new LesionError('INVALID_FILE', {
      what: 'not a model bundle of this version',
      where,
      mend: 'Use the version of @lesion/train that wrote it, or train it again.',
      cause,
    });
  }
}

/**
 * Opens a bundle through any reader: of a folder, an address, an archive, what a page was given.
 *
 * @param read called for `bundle.json` first, then for each file that it names, one after the other
 * @throws LesionError `NOT_FOUND` if a file is missing; `INVALID_FILE` if it is not a bundle of this version, or of
 *   another kind; `INTEGRITY` if a byte of a file was changed; whatever error of this family `read` throws
 * @example
 * ```ts
 * const files = new Map([...input.files].map((file) => [file.name, file])); // <input type="file" webkitdirectory>
 * const read = async (name) => new Uint8Array(await files.get(name).arrayBuffer());
 * const lin = await linFromBundle(await openBundle(read, { where: 'the chosen folder', kind: 'lin' }));
 * ```
 */
export async function openBundle(read: ReadBundleFile, options: OpenBundleOptions): Promise<Bundle> {
  const settings = resolveOptions(
    options,
    { where: undefined, kind: undefined, onManifest: undefined },
    'openBundle',
  );
  const { kind, onManifest } = settings;
  const source: unknown = settings.where;
  if (typeof source !== 'string') {
    throw invalidArgument({
      what: 'the bundle has no name for messages',
      where: 'openBundle, where',
      got: typeof source,
      expected: 'a folder, an address or the like',
    });
  }
  const place = (name: string): string => `${source.replace(/\/+$/, '')}/${name}`;
  const path = place(BUNDLE_MANIFEST);
  const text = await read(BUNDLE_MANIFEST).then(textOf, (cause: unknown) => {
    throw unread(
      cause,
      `no ${BUNDLE_MANIFEST} here`,
      source,
      'Give the folder of a model bundle, or of a finished training run.',
    );
  });
  const manifest = await parseManifest(text, path);
  if (kind !== undefined) assertKind(manifest, kind, path);
  onManifest?.(manifest);
  const readWhole = async (name: string, what: string): Promise<Uint8Array> => {
    const file = place(name);
    const recorded = manifest.files[name];
    const bytes = await read(name).catch((cause: unknown) => {
      throw unread(cause, what, file, 'Copy the bundle again.');
    });
    const actual = await sha256(bytes);
    if (actual !== recorded?.sha256) throw changed(file, `sha256 ${actual}`, `sha256 ${recorded?.sha256}`);
    return bytes;
  };
  const weights: Bundle['weights'] = new Map();
  for (const { name, weights: file } of manifest.networks) {
    const bytes = await readWhole(file, 'the file with the weights is missing');
    weights.set(name, decodeTensors(bytes, place(file)).arrays);
  }
  const bundle: Bundle = { manifest, weights, source };
  if (manifest.files[BUNDLE_CARD] === undefined) return bundle;
  const card = await readWhole(BUNDLE_CARD, 'the model card is missing');
  return { ...bundle, card: textOf(card) };
}
