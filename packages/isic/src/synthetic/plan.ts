/** Which diagnosis and which features each image of a synthetic data set shows. Leans on @lesion/core alone. */
import {
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  LESION_CLASSES,
  type LesionClass,
  SeededRandom,
} from '@lesion/core';

/** Shares of ISIC 2017's training set: 374, 254 and 1,372 of 2,000 images. */
const DIAGNOSIS_SHARES: Record<LesionClass, number> = {
  melanoma: 0.187,
  seborrheic_keratosis: 0.127,
  nevus: 0.686,
};

/** How often a lesion of each diagnosis shows each feature; from what dermoscopy teaches, not counted in data. */
const FEATURE_SHARES: Record<LesionClass, Record<DermoscopicFeature, number>> = {
  melanoma: { pigment_network: 0.6, negative_network: 0.3, milia_like_cyst: 0.08, streaks: 0.4 },
  seborrheic_keratosis: {
    pigment_network: 0.1,
    negative_network: 0.03,
    milia_like_cyst: 0.75,
    streaks: 0.02,
  },
  nevus: { pigment_network: 0.65, negative_network: 0.1, milia_like_cyst: 0.1, streaks: 0.08 },
};

/** Features that the first image of each diagnosis in a block shows in any case; together they are all four. */
const FIRST_FEATURES: Record<LesionClass, DermoscopicFeature[]> = {
  melanoma: ['negative_network', 'streaks'],
  seborrheic_keratosis: ['milia_like_cyst'],
  nevus: ['pigment_network'],
};

/** A block of 16 images holds the shares of {@link DIAGNOSIS_SHARES} as nearly as 16 can: 3, 2 and 11. */
const BLOCK: Record<LesionClass, number> = { melanoma: 3, seborrheic_keratosis: 2, nevus: 11 };
const BLOCK_LENGTH = 16;

/** What one image is to show. */
export interface PlannedImage {
  diagnosis: LesionClass;
  features: DermoscopicFeature[];
}

/** Draws a diagnosis with ISIC 2017's shares. */
export function drawDiagnosis(random: SeededRandom): LesionClass {
  let left = random.next();
  for (const diagnosis of LESION_CLASSES) {
    left -= DIAGNOSIS_SHARES[diagnosis];
    if (left < 0) return diagnosis;
  }
  return 'nevus';
}

/** Draws which features a lesion of a diagnosis shows. */
export function drawFeatures(diagnosis: LesionClass, random: SeededRandom): DermoscopicFeature[] {
  return DERMOSCOPIC_FEATURES.filter((feature) => random.chance(FEATURE_SHARES[diagnosis][feature]));
}

/**
 * Plans the image at a position of a split. It depends on the seed, the split's name and the position, not on
 * how many images there are; any three images from the start on show all diagnoses and all features.
 */
export function planImage(position: number, split: string, seed: number): PlannedImage {
  const block = Math.floor(position / BLOCK_LENGTH);
  const random = new SeededRandom(seed).fork(`${split}/block ${block}`);
  const first = random.shuffle(LESION_CLASSES);
  const rest = random.shuffle(
    LESION_CLASSES.flatMap((diagnosis) => Array<LesionClass>(BLOCK[diagnosis] - 1).fill(diagnosis)),
  );
  const place = position % BLOCK_LENGTH;
  const diagnosis = [...first, ...rest][place]!;
  const drawn = drawFeatures(diagnosis, random.fork(`features ${place}`));
  const forced = place < first.length ? FIRST_FEATURES[diagnosis] : [];
  return {
    diagnosis,
    features: DERMOSCOPIC_FEATURES.filter((feature) => drawn.includes(feature) || forced.includes(feature)),
  };
}
