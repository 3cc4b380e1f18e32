/** What every report says of where it comes from: command, seed, engine, versions, models and their cards. */
import { createRequire } from 'node:module';
import type { Engine } from '@lesion/engine';
import type { ReportCard, ReportData, ReportModel, ReportValue } from '@lesion/report';
import type { BundleManifest } from '@lesion/train';

const { version } = createRequire(import.meta.url)('@lesion/cli/package.json') as { version: string };

/** What a run knows of itself. */
export interface Origin {
  command: string;
  seed: number;
  engine?: Engine | undefined;
  /** ISO 8601. */
  startedAt: string;
}

/** The parts of a report that tell how it was made. */
export function originOf({ command, seed, engine, startedAt }: Origin): Partial<ReportData> {
  return {
    command,
    seed,
    startedAt,
    ...(engine === undefined
      ? {}
      : { engine: engine.detail === '' ? engine.name : `${engine.name} (${engine.detail})` }),
    environment: {
      lesion: version,
      Node: process.version.slice(1),
      Platform: `${process.platform} ${process.arch}`,
    },
  };
}

/** A setting in a line. */
function shown(value: unknown): ReportValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A model as its manifest describes it. */
export function describeModel(name: string, manifest: BundleManifest): ReportModel {
  const { networks, inference, training, data, files, metrics } = manifest;
  return {
    name,
    details: {
      Networks: networks
        .map(({ name: network, precision }) =>
          precision === undefined ? network : `${network}, ${precision}`,
        )
        .join('; '),
      ...Object.fromEntries(
        networks.map(({ name: network, architecture }) => [
          `Architecture of ${network}`,
          shown(architecture),
        ]),
      ),
      'Trained with': `engine ${training.engine}, seed ${training.seed}`,
      ...Object.fromEntries(
        Object.entries(data.counts).map(([key, count]) => [`Training data, ${key}`, count]),
      ),
      'Fingerprint of its data': data.fingerprint,
      ...Object.fromEntries(
        networks.map(({ name: network, weights }) => [
          `SHA-256 of ${network}`,
          files[weights]?.sha256 ?? null,
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(inference).map(([key, value]) => [`Inference, ${key}`, shown(value)]),
      ),
      ...metrics,
    },
  };
}

/** Models and their cards, from the folders of their bundles. */
export async function describeModels(
  folders: Readonly<Record<string, string | undefined>>,
): Promise<{ models: ReportModel[]; cards: ReportCard[] }> {
  const { readBundle } = await import('@lesion/train');
  const models: ReportModel[] = [];
  const cards: ReportCard[] = [];
  for (const [name, folder] of Object.entries(folders)) {
    if (folder === undefined) continue;
    const { manifest, card } = await readBundle(folder);
    models.push(describeModel(name, manifest));
    if (card !== undefined) cards.push({ name, text: card });
  }
  return { models, cards };
}
