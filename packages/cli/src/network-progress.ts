/** Turns the signs of life of networks at work into the command's progress. */
import type { Progress as NetworkProgress } from '@lesion/train';
import type { Progress } from './progress.js';

/** A listener that shows phase, epoch and loss. */
export function showNetworkProgress(progress: Progress): (state: NetworkProgress) => void {
  return ({ phase, done, total, loss, epoch, epochs }) => {
    const details = [
      ...(epoch === undefined || epochs === undefined ? [] : [`epoch ${epoch}/${epochs}`]),
      ...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
    ];
    progress.update({ phase, done, total, detail: details.join(', ') });
  };
}
