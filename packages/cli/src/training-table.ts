/** A training run's outcome for people: an epoch a row. Pure. */
import type { NetworkHistory } from '@lesion/train';
import { formatCount, formatDuration } from './format.js';
import { plainScreen, type Screen } from './screen.js';
import { formatTable } from './table.js';

/** How one network's loss went, in a line. */
export function describeHistory(name: string, { epochs, stepLosses }: NetworkHistory): string {
  const last = epochs.at(-1);
  const losses = epochs.map(({ trainingLoss }) => trainingLoss.toFixed(4)).join(', ');
  const validation =
    last === undefined || last.validationLoss === null
      ? ''
      : `; validation loss ${last.validationLoss.toFixed(4)}`;
  return `${name}: ${formatCount(stepLosses.length, 'step')}, training loss by epoch ${losses}${validation}`;
}

/** Rows of one network at the beginning and at the end; a run of the paper's length has a hundred. */
const SHOWN_FIRST = 2;
const SHOWN_LAST = 8;

/** The loss curves of a run, an epoch a row; of many epochs the first and the last. */
export function formatTraining(
  history: Readonly<Record<string, NetworkHistory>>,
  screen: Screen = plainScreen,
): string {
  const rows = Object.entries(history).flatMap(([name, { epochs }]) => {
    const lines = epochs.map(({ epoch, steps, learningRate, trainingLoss, validationLoss, seconds }) => [
      name,
      String(epoch),
      String(steps),
      String(Number(learningRate.toPrecision(3))),
      trainingLoss.toFixed(4),
      validationLoss === null ? '' : validationLoss.toFixed(4),
      formatDuration(seconds * 1000),
    ]);
    if (lines.length <= SHOWN_FIRST + SHOWN_LAST + 1) return lines;
    return [...lines.slice(0, SHOWN_FIRST), [name, '...'], ...lines.slice(-SHOWN_LAST)];
  });
  const header = [
    'network',
    'epoch',
    'steps',
    'learning\nrate',
    'training\nloss',
    'validation\nloss',
    'time',
  ];
  return formatTable([header, ...rows], { screen, spare: [2, 3, 6] });
}
