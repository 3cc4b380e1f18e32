/** Where the parts of a reproduction lie. */
import { join } from 'node:path';
import type { DatasetSplit } from '@lesion/isic';
import type { RunName } from './experiments.js';

/** Paths below the folder of a reproduction. */
export class ReproductionFolder {
  constructor(readonly path: string) {}

  /** Superpixels and patches, shared by all runs. */
  get cache(): string {
    return join(this.path, 'cache');
  }

  /** Superpixels by content, as training keeps them. */
  get superpixels(): string {
    return join(this.cache, 'superpixels');
  }

  run(name: RunName): string {
    return join(this.path, 'runs', name);
  }

  /** What one system predicted for the images of a split. */
  predictions(split: DatasetSplit, system: string): string {
    return join(this.path, 'predictions', split, system);
  }

  figure(name: string): string {
    return join(this.path, 'figures', name);
  }

  get tablesText(): string {
    return join(this.path, 'tables.md');
  }

  get tablesData(): string {
    return join(this.path, 'tables.json');
  }
}
