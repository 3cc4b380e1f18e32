/** The spelling of classes and features, the challenge's own, in the order in which arrays hold them. */

/** The three diagnoses, in the order of eq. (1)'s maps. */
export const LESION_CLASSES = ['melanoma', 'seborrheic_keratosis', 'nevus'] as const;
/** The name of one of {@link LESION_CLASSES}. */
export type LesionClass = (typeof LESION_CLASSES)[number];

/** The channels of a FCRN's class maps: background, then {@link LESION_CLASSES}. */
export const CLASS_MAP_CHANNELS = ['background', ...LESION_CLASSES] as const;
/** The name of one of {@link CLASS_MAP_CHANNELS}. */
export type ClassMapChannel = (typeof CLASS_MAP_CHANNELS)[number];

/** The four dermoscopic features, in the order of the challenge's features JSON. */
export const DERMOSCOPIC_FEATURES = [
  'pigment_network',
  'negative_network',
  'milia_like_cyst',
  'streaks',
] as const;
/** The name of one of {@link DERMOSCOPIC_FEATURES}. */
export type DermoscopicFeature = (typeof DERMOSCOPIC_FEATURES)[number];

/** The outputs of the LFN: background, then {@link DERMOSCOPIC_FEATURES} (B, PN, NN, MC, S of Table II). */
export const PATCH_CLASSES = ['background', ...DERMOSCOPIC_FEATURES] as const;
/** The name of one of {@link PATCH_CLASSES}. */
export type PatchClass = (typeof PATCH_CLASSES)[number];

/**
 * A name of a class, a feature or a data set's column as people write it: `seborrheic_keratosis` is `seborrheic keratosis`,
 * `milia_like_cyst` is `milia-like cyst`.
 *
 * @example
 * ```ts
 * inWords('milia_like_cyst'); // 'milia-like cyst'
 * ```
 */
export function inWords(name: string): string {
  return name.replace('milia_like', 'milia-like').replaceAll('_', ' ');
}
