/** The report of `lesion predict`: what was found in each image. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ReportData, ReportImage } from '@lesion/report';
import type { ClassScores } from '../class-scores.js';
import { describeScores } from '../class-scores.js';
import { formatCount } from '../format.js';
import type { OverlaySubject } from '../overlays.js';
import { reportImage } from './image.js';
import { describeModels, type Origin, originOf } from './origin.js';

/** Collects thumbnails and figures while images are predicted. */
export class PredictionReport {
  readonly #images: ReportImage[] = [];
  readonly #hashes: string[] = [];

  /** Takes what is shown of an image; the image itself may go. */
  async add(subject: OverlaySubject & { path: string }): Promise<void> {
    this.#images.push(await reportImage(subject));
    const content = createHash('sha256').update(await readFile(subject.path));
    this.#hashes.push(`${subject.id} ${content.digest('hex')}`);
  }

  /** The whole report. */
  async finish(run: {
    origin: Origin;
    /** Folders of the bundles. */
    models: { lin?: string; lfn?: string };
    scores: ClassScores | undefined;
    problems: readonly { message: string }[];
  }): Promise<ReportData> {
    const { origin, models, scores, problems } = run;
    const fingerprint = createHash('sha256').update(this.#hashes.sort().join('\n')).digest('hex');
    return {
      title: `Predictions of ${formatCount(this.#images.length, 'image')}`,
      summary:
        'The lesion in each image, how its diagnoses are weighed, and the superpixels that carry dermoscopic features.',
      ...originOf(origin),
      fingerprint,
      ...(scores === undefined
        ? {}
        : { protocol: `diagnoses as ${describeScores(scores)}; no truth is known` }),
      warnings: problems.map(({ message }) => message),
      images: this.#images,
      ...(await describeModels({ LIN: models.lin, LFN: models.lfn })),
    };
  }
}
