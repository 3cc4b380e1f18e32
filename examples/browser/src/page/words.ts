/** How the page calls things, and how it writes numbers. */
import type { DermoscopicFeature, LesionClass, Size } from '@lesion/core';
import type { Activity, EngineChoice, Step, View } from '../protocol.js';

export const DIAGNOSES: Readonly<Record<LesionClass, string>> = {
  melanoma: 'Melanoma',
  seborrheic_keratosis: 'Seborrheic keratosis',
  nevus: 'Nevus',
};

export const FEATURES: Readonly<Record<DermoscopicFeature, string>> = {
  pigment_network: 'Pigment network',
  negative_network: 'Negative network',
  milia_like_cyst: 'Milia-like cysts',
  streaks: 'Streaks',
};

/** The short name of a view, and what is to be seen on it. */
export const VIEW_NAMES: Readonly<Record<View, { name: string; caption: string }>> = {
  outline: { name: 'Outline', caption: 'The photo with the outline of the lesion' },
  mask: { name: 'Mask', caption: 'The lesion in white' },
  distance: { name: 'Distance', caption: 'Distance to the border of the lesion, 1 at its innermost pixel' },
  melanoma: {
    name: 'Melanoma',
    caption: 'Refined map of melanoma: its share of the diagnoses, times the distance map',
  },
  seborrheic_keratosis: {
    name: 'Seb. keratosis',
    caption: 'Refined map of seborrheic keratosis: its share of the diagnoses, times the distance map',
  },
  nevus: {
    name: 'Nevus',
    caption: 'Refined map of nevus: its share of the diagnoses, times the distance map',
  },
  superpixels: { name: 'Features', caption: 'Superpixels, coloured where they show a dermoscopic feature' },
};

export const ENGINES: Readonly<Record<EngineChoice, string>> = {
  webgpu: 'WebGPU (graphics processor)',
  wasm: 'WebAssembly (processor)',
};

export const STEPS: Readonly<Record<Step['name'], string>> = {
  load: 'Loading the networks',
  decode: 'Decoding the photo',
  superpixels: 'Superpixels',
  lin: 'LIN, the lesion network',
  licu: 'Mask and indexes',
  lfn: 'LFN, the feature network',
};

export const ACTIVITIES: Readonly<Record<Activity, string>> = {
  models: 'Building the networks',
  engine: 'Starting the engine',
  decode: 'Decoding the photo',
  lin: 'Looking at the lesion',
  lfn: 'Looking for features',
};

export const percent = (share: number): string =>
  `${(100 * share).toLocaleString('en', { maximumFractionDigits: share < 0.0995 ? 1 : 0 })} %`;

/** Shows that something took time, however short. */
export const seconds = (value: number): string => (value < 0.01 ? '< 0.01 s' : `${value.toFixed(2)} s`);

export const sizeText = ({ height, width }: Size): string => `${width} × ${height}`;

export const megapixels = ({ height, width }: Size): string =>
  `${((height * width) / 1e6).toFixed(1)} megapixels`;
