/** The report of `lesion train`: loss curves, what was trained on, settings and the bundle. */
import type { ReportData, ReportLosses, ReportTable } from '@lesion/report';
import type { NetworkHistory, TrainingResult } from '@lesion/train';
import { formatCount } from '../format.js';
import { describeModel, type Origin, originOf } from './origin.js';

/** The loss curves of a training run, a diagram a network. */
export function reportLosses(titles: string, history: Record<string, NetworkHistory>): ReportLosses[] {
  return Object.entries(history).map(([name, { epochs, stepLosses }]) => {
    let step = 0;
    const ends = epochs.map(({ steps }) => (step += steps));
    return {
      title: `${titles}, ${name}`,
      curves: [
        { name: 'training', at: stepLosses.map((_, index) => index + 1), loss: stepLosses },
        { name: 'validation', at: ends, loss: epochs.map(({ validationLoss }) => validationLoss) },
      ],
    };
  });
}

/** Each epoch of each network. */
function epochTables(title: string, history: Record<string, NetworkHistory>): ReportTable[] {
  return Object.entries(history).map(([name, { epochs }]) => ({
    title: `Epochs of ${title}, ${name}`,
    columns: ['epoch', 'steps', 'learning rate', 'training loss', 'validation loss', 'seconds'],
    rows: epochs.map(({ epoch, steps, learningRate, trainingLoss, validationLoss, seconds }) => [
      epoch,
      steps,
      learningRate,
      trainingLoss,
      validationLoss,
      Math.round(seconds * 10) / 10,
    ]),
  }));
}

/** All settings of the run, those of one part together. */
function settingsTable(configuration: Readonly<Record<string, unknown>>): ReportTable {
  const rows = Object.entries(configuration).flatMap(([name, value]): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([key, part]) => [`${name}, ${key}`, JSON.stringify(part) ?? ''])
      : [[name, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]],
  );
  return { title: 'Settings', columns: ['setting', 'value'], rows };
}

/** The whole report. */
export async function trainingReport(run: {
  origin: Omit<Origin, 'engine'>;
  network: 'lin' | 'lfn';
  result: TrainingResult;
  profile: string;
  seconds: number;
}): Promise<ReportData> {
  const { origin, network, result, profile, seconds } = run;
  const { readBundle } = await import('@lesion/train');
  const { manifest, card } = await readBundle(result.bundle);
  const name = network.toUpperCase();
  const { training, validation, unusable } = result.images;
  return {
    title: `Training of a ${name}`,
    summary: `Profile ${profile}; trained on ${formatCount(training, 'image')}, ${validation} held out for the validation loss.`,
    ...originOf({ ...origin, engine: result.engine }),
    protocol: `loss on ${formatCount(validation, 'training image')} that were held out; no challenge's score`,
    fingerprint: manifest.data.fingerprint,
    warnings:
      unusable > 0
        ? [`${formatCount(unusable, 'training image')} without an image or an annotation were left aside`]
        : [],
    losses: reportLosses(name, result.history),
    steps: [{ name: `train ${name}`, seconds, detail: result.bundle }],
    data: [
      ...epochTables(name, result.history),
      { title: 'Training data', columns: ['what', 'number'], rows: Object.entries(manifest.data.counts) },
      settingsTable(manifest.training.configuration),
    ],
    models: [describeModel(name, manifest)],
    cards: card === undefined ? [] : [{ name, text: card }],
  };
}
