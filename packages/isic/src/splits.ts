/** Splitting a set of images in two, seeded and stratified by diagnosis; leans on core's random numbers. */
import { assertNumber, invalidArgument, type LesionClass, resolveOptions, SeededRandom } from '@lesion/core';

/** Options of {@link splitByImage}. */
export interface SplitOptions {
  /** Seed of the choice. @default 0 */
  seed?: number | undefined;
  /** Share of the images that goes to `training`, above 0 and below 1. @default 0.8 */
  fraction?: number | undefined;
}

/** The two halves of a split, each in the order in which the images were given. */
export interface ImageSplit<T> {
  training: T[];
  validation: T[];
}

/**
 * Splits images 80:20, each diagnosis in the same proportion (images without one count as a diagnosis of their
 * own). Split images, never patches or rotated copies: parts of one image on both sides would leak.
 *
 * The seats are shared out by largest remainder, so that `training` holds exactly `fraction` of all, rounded, and
 * every diagnosis is within one image of its share. Which images are chosen depends on the ids and the seed, not on
 * the order given.
 *
 * The paper (https://doi.org/10.3390/s18020556, section on Implementation) separates training and validation sets 80:20.
 *
 * @throws LesionError `INVALID_ARGUMENT` if an id occurs twice or the fraction is out of range.
 * @example
 * ```ts
 * const { training, validation } = splitByImage(dataset.splits.training, { seed: 7 });
 * ```
 */
export function splitByImage<T extends { readonly id: string; readonly diagnosis?: LesionClass | undefined }>(
  images: readonly T[],
  options?: SplitOptions,
): ImageSplit<T> {
  const { seed, fraction } = resolveOptions(options, { seed: 0, fraction: 0.8 }, 'splitByImage');
  assertNumber(fraction, 'fraction', { min: 0, aboveMin: true, max: 1 });
  if (fraction === 1) {
    throw invalidArgument({
      what: 'leaves nothing to validate on',
      where: 'fraction',
      got: 1,
      expected: 'below 1',
    });
  }
  const strata = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const { id, diagnosis } of images) {
    if (seen.has(id)) {
      throw invalidArgument({
        what: 'an image occurs twice',
        where: 'images',
        got: id,
        mend: 'Split before making rotated copies; both sides could get one of them.',
      });
    }
    seen.add(id);
    const name = diagnosis ?? '';
    const ids = strata.get(name);
    if (ids === undefined) strata.set(name, [id]);
    else ids.push(id);
  }

  const shares = [...strata]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, ids]) => {
      const share = ids.length * fraction;
      // 0.8 x 5 may come out a hair below 4.
      const seats = Math.floor(share + 1e-9);
      // Equal remainders stay equal after rounding, so that the order of names decides, not the last bit.
      return { name, ids, seats, remainder: Math.round((share - seats) * 1e9) };
    });
  let left = Math.round(images.length * fraction) - shares.reduce((sum, { seats }) => sum + seats, 0);
  for (const share of [...shares].sort((a, b) => b.remainder - a.remainder)) {
    if (left <= 0) break;
    share.seats++;
    left--;
  }

  const random = new SeededRandom(seed);
  const chosen = new Set<string>();
  for (const { name, ids, seats } of shares) {
    // A stream of its own for each diagnosis: more nevi do not change which melanomas are chosen.
    for (const id of random.fork(`split/${name}`).sample([...ids].sort(), seats)) chosen.add(id);
  }
  return {
    training: images.filter(({ id }) => chosen.has(id)),
    validation: images.filter(({ id }) => !chosen.has(id)),
  };
}
