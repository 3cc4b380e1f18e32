/** Synthetic dermoscopy images and data sets of them. */
export {
  drawSyntheticLesion,
  type PixelPosition,
  type SyntheticDescription,
  type SyntheticLesion,
  type SyntheticLesionOptions,
} from './draw.js';
export type { SyntheticPatient } from './patient.js';
export {
  type SyntheticDataset,
  type SyntheticDatasetOptions,
  type SyntheticImage,
  type SyntheticProgress,
  writeSyntheticDataset,
} from './write-dataset.js';
