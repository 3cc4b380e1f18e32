/** What the page and its worker say to each other. Leans on types alone. */
import type { DermoscopicFeature, LesionClass, LesionErrorCode, Size } from '@lesion/core';
import type { ComponentWeight } from '@lesion/licu';

/** The engines that networks can run on here. */
export const ENGINE_CHOICES = ['webgpu', 'wasm'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** How mask and indexes are calculated: the options of analyzeLesion that the page offers. */
export interface LesionSettings {
  threshold: number;
  /** Which connected pieces stay: the largest, measured in one of two ways, or all. */
  component: ComponentWeight | 'all';
  fillHoles: boolean;
  /** `uniform` is the LIN without LICU; the other two weight by distance. */
  form: 'weighted-mean' | 'literal' | 'uniform';
  /** Steps of the distance map; 0 for exact distances. */
  levels: number;
}

export interface SuperpixelSettings {
  algorithm: 'slico' | 'slic';
  count: number;
  /** Of `slic` alone: SLICO finds its own. */
  compactness: number;
}

/** How superpixels and features are drawn. */
export interface FeatureDisplay {
  lines: boolean;
  shown: DermoscopicFeature[];
  threshold: number;
}

export interface Settings {
  lesion: LesionSettings;
  superpixels: SuperpixelSettings;
  display: FeatureDisplay;
}

/** The pictures that can be shown, in the order of the strip. */
export const VIEWS = [
  'outline',
  'mask',
  'distance',
  'melanoma',
  'seborrheic_keratosis',
  'nevus',
  'superpixels',
] as const;
export type View = (typeof VIEWS)[number];

/** A picture as a canvas takes it. */
export interface Pixels extends Size {
  /** RGBA, `[height, width, 4]`. */
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** Files that can be saved. */
export type Download = 'mask' | 'features' | 'superpixels' | 'predictions';

/** One step of the work with the time that it took. */
export interface Step {
  name: 'load' | 'decode' | 'superpixels' | 'lin' | 'licu' | 'lfn';
  seconds: number;
  /** Network passes in this step. */
  passes?: number;
}

export type Request =
  | { kind: 'start'; engine: EngineChoice | undefined; models: ModelAddresses }
  | {
      kind: 'open';
      photo: number;
      name: string;
      bytes: Uint8Array<ArrayBuffer>;
      settings: Settings;
      view: View;
    }
  /** Runs the networks again on the open photo, after it was stopped. */
  | { kind: 'resume' }
  | { kind: 'analyse'; settings: LesionSettings }
  | { kind: 'segment'; settings: SuperpixelSettings }
  | { kind: 'display'; settings: FeatureDisplay }
  | { kind: 'view'; view: View }
  | { kind: 'engine'; engine: EngineChoice }
  | { kind: 'download'; what: Download }
  | { kind: 'cancel' };

/** What the worker is at: a request, or the look for features that new superpixels lead to. */
export type Errand = Request['kind'] | 'look';

/** Absolute addresses, as the worker lies in another folder than the page. */
export interface ModelAddresses {
  lin: string;
  lfn: string;
  wasm: string;
}

/** What the models say of themselves, in Markdown. */
export interface ModelCards {
  lin: string;
  lfn: string;
}

export interface EngineState {
  name: EngineChoice;
  available: boolean;
  active: boolean;
  /** Device and version, or why it is not available. */
  detail: string;
  /** Whether a GPU is only imitated by the processor. */
  emulated: boolean;
}

export interface DiagnosisScores {
  indexes: Record<LesionClass, number>;
  /** Absent where the bundle's calibration does not hold. */
  probabilities: Record<LesionClass, number> | undefined;
  emptyMask: boolean;
  /** The lesion's share of the image. */
  area: number;
}

export interface FeatureSummary {
  feature: DermoscopicFeature;
  /** Superpixels above the display's threshold. */
  present: number;
  highest: number;
}

export interface Problem {
  code: LesionErrorCode | 'UNKNOWN';
  message: string;
}

export type Reply =
  | { kind: 'ready'; engines: EngineState[]; settings: Settings; cards: ModelCards }
  | { kind: 'progress'; activity: Activity; done: number; total: number }
  | {
      kind: 'photo';
      photo: number;
      name: string;
      original: Size | undefined;
      picture: Pixels;
      reducedWhileDecoding: boolean;
    }
  | { kind: 'scores'; scores: DiagnosisScores }
  | { kind: 'superpixels'; count: number }
  | { kind: 'features'; summary: FeatureSummary[]; done: number; total: number }
  | { kind: 'view'; view: View; picture: Pixels }
  | { kind: 'thumbnail'; view: View; picture: Pixels }
  | { kind: 'step'; step: Step }
  | { kind: 'download'; what: Download; name: string; type: string; bytes: Uint8Array<ArrayBuffer> }
  /** The request was carried out; the page may send the next of its kind. */
  | { kind: 'done'; request: Errand }
  | { kind: 'cancelled' }
  | { kind: 'failed'; request: Errand; problem: Problem };

/** What takes long enough to be told. */
export type Activity = 'models' | 'engine' | 'decode' | 'lin' | 'lfn';
