/** The superpixels of a data set by patch class, kept as numbers so that millions cost little memory; leans on core. */
import {
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  describe,
  invalidArgument,
  PATCH_CLASSES,
  type PatchClass,
} from '@lesion/core';

/** For each feature one 0 or 1 a superpixel; the arrays have the same length. */
export type SuperpixelFeatures = Record<DermoscopicFeature, Uint8Array>;

/** References to patches: entry `i` is superpixel `superpixels[i]` of image `images[i]` (an index into the ids). */
export interface PatchReferences {
  readonly images: Uint32Array;
  readonly superpixels: Uint32Array;
}

/** Two columns that grow by doubling. */
class GrowingReferences {
  length = 0;
  #images = new Uint32Array(64);
  #superpixels = new Uint32Array(64);

  push(image: number, superpixel: number): void {
    if (this.length === this.#images.length) {
      this.#images = grown(this.#images);
      this.#superpixels = grown(this.#superpixels);
    }
    this.#images[this.length] = image;
    this.#superpixels[this.length++] = superpixel;
  }

  view(): PatchReferences {
    return {
      images: this.#images.subarray(0, this.length),
      superpixels: this.#superpixels.subarray(0, this.length),
    };
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(array.length * 2);
  out.set(array);
  return out;
}

/**
 * Counts and remembers which superpixels of which images carry which feature. A superpixel with two features is
 * in both classes; one with none is background.
 *
 * @example
 * ```ts
 * const inventory = new PatchInventory();
 * inventory.add('ISIC_0000000', features); // from readSuperpixelFeatures
 * inventory.counts.streaks;
 * ```
 */
export class PatchInventory {
  readonly #ids: string[] = [];
  readonly #known = new Set<string>();
  readonly #references = PATCH_CLASSES.map(() => new GrowingReferences());

  /** The images' ids in the order in which they were added. */
  get imageIds(): readonly string[] {
    return this.#ids;
  }

  /** How many patches each class has. */
  get counts(): Record<PatchClass, number> {
    return Object.fromEntries(
      PATCH_CLASSES.map((name, index) => [name, this.#references[index]!.length]),
    ) as Record<PatchClass, number>;
  }

  /** The patches of a class, in the order in which they were added; a view, valid until the next `add`. */
  references(name: PatchClass): PatchReferences {
    const references = this.#references[PATCH_CLASSES.indexOf(name)];
    if (references === undefined) {
      throw invalidArgument({
        what: 'unknown patch class',
        where: 'name',
        got: describe(name),
        expected: PATCH_CLASSES.join(', '),
      });
    }
    return references.view();
  }

  /**
   * Adds the superpixels of an image.
   *
   * @throws LesionError `INVALID_ARGUMENT` if the image was added before, or the features differ in length or hold
   *   other numbers than 0 and 1; the inventory is then unchanged.
   */
  add(imageId: string, features: SuperpixelFeatures): void {
    if (this.#known.has(imageId)) {
      throw invalidArgument({ what: 'the image was added before', where: 'imageId', got: imageId });
    }
    const columns = DERMOSCOPIC_FEATURES.map((name) => features[name]);
    const count = columns[0]!.length;
    columns.forEach((column, index) => {
      const where = `features.${DERMOSCOPIC_FEATURES[index]}`;
      if (column.length !== count) {
        throw invalidArgument({
          what: 'features have different lengths',
          where,
          got: column.length,
          expected: count,
        });
      }
      const bad = column.findIndex((value) => value > 1);
      if (bad >= 0) {
        throw invalidArgument({
          what: `superpixel ${bad} is not usable`,
          where,
          got: column[bad],
          expected: '0 or 1',
        });
      }
    });
    const image = this.#ids.length;
    this.#ids.push(imageId);
    this.#known.add(imageId);
    for (let superpixel = 0; superpixel < count; superpixel++) {
      let carried = 0;
      for (let feature = 0; feature < columns.length; feature++) {
        if (columns[feature]![superpixel] === 0) continue;
        // Patch classes are background, then the features in the same order.
        this.#references[feature + 1]!.push(image, superpixel);
        carried++;
      }
      if (carried === 0) this.#references[0]!.push(image, superpixel);
    }
  }
}
