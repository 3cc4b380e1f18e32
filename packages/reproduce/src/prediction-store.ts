/** The predictions of one system for the images of a split, a file or two an image, kept until the system changes. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BinaryMask,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  invalidFile,
  LESION_CLASSES,
  type LesionClass,
} from '@lesion/core';
import { readMask, writeMask } from '@lesion/preprocess/node';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

const indexesSchema = z.object(
  Object.fromEntries(LESION_CLASSES.map((name) => [name, z.number()])) as Record<LesionClass, z.ZodNumber>,
);
const linSchema = z.object({
  /** LICU's indexes, and those with all pixels weighted alike. */
  indexes: indexesSchema,
  uniformIndexes: indexesSchema,
  emptyMask: z.boolean(),
});
const lfnSchema = z.object(
  Object.fromEntries(DERMOSCOPIC_FEATURES.map((name) => [name, z.array(z.number())])) as Record<
    DermoscopicFeature,
    z.ZodArray<z.ZodNumber>
  >,
);

/** What a LIN system says of an image, beside its mask. */
export type LinOutcome = z.infer<typeof linSchema>;
/** What a LFN says of an image: for each feature a probability a superpixel. */
export type LfnOutcome = z.infer<typeof lfnSchema>;

const IDENTITY = 'system.json';

/** Opened by {@link openPredictions}. */
export class PredictionStore {
  constructor(readonly folder: string) {}

  #path(id: string): string {
    return join(this.folder, `${id}.json`);
  }

  maskPath(id: string): string {
    return join(this.folder, `${id}_segmentation.png`);
  }

  has(id: string): boolean {
    return existsSync(this.#path(id));
  }

  /** The mask is written first: the small file says that both are whole. */
  async addLin(id: string, mask: BinaryMask, outcome: LinOutcome): Promise<void> {
    await writeMask(this.maskPath(id), mask);
    await writeFileAtomic(this.#path(id), `${JSON.stringify(outcome)}\n`, { fsync: false });
  }

  async addLfn(id: string, outcome: LfnOutcome): Promise<void> {
    await writeFileAtomic(this.#path(id), `${JSON.stringify(outcome)}\n`, { fsync: false });
  }

  async #read<T>(id: string, schema: z.ZodType<T>): Promise<T> {
    const path = this.#path(id);
    try {
      return schema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (cause) {
      throw invalidFile({
        what: 'not a kept prediction',
        where: path,
        mend: 'Delete the file; it is made again.',
        cause,
      });
    }
  }

  readLin(id: string): Promise<LinOutcome> {
    return this.#read(id, linSchema);
  }

  readLfn(id: string): Promise<LfnOutcome> {
    return this.#read(id, lfnSchema);
  }

  readMask(id: string): Promise<BinaryMask> {
    return readMask(this.maskPath(id));
  }
}

/** Opens a system's predictions; those of another identity are thrown away. */
export async function openPredictions(folder: string, identity: string): Promise<PredictionStore> {
  const path = join(folder, IDENTITY);
  const before = existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as { identity?: string }) : {};
  if (before.identity !== identity) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(path, `${JSON.stringify({ identity })}\n`);
  }
  return new PredictionStore(folder);
}
