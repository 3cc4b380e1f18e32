/** Taking turns: each worker works while all others sleep, so that a noisy machine disturbs all alike. */
import { setTimeout as sleep } from 'node:timers/promises';

/** What takes turns: steps on request, each timed where it is taken. */
export interface TurnTaker {
  steps(count: number): Promise<number[]>;
}

export interface TurnsOptions {
  rounds: number;
  /** Steps that each one takes in its turn. */
  steps: number;
  /** Called after each round, for progress. */
  onRound?: ((round: number) => void) | undefined;
}

/** Time for a worker's threads to fall asleep before the next one begins: pools spin a little for more work. */
const PAUSE_MS = 30;

/**
 * Lets everyone take steps in turn. The order is turned round after each round, so that a machine that gets
 * steadily slower or faster favours nobody.
 *
 * @returns for each one, the milliseconds of its steps, round by round
 */
export async function takeTurns(
  takers: readonly TurnTaker[],
  { rounds, steps, onRound }: TurnsOptions,
): Promise<number[][][]> {
  const times: number[][][] = takers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const order = takers.map((_, i) => i);
    if (round % 2 === 1) order.reverse();
    for (const i of order) {
      await sleep(PAUSE_MS);
      times[i]!.push(await takers[i]!.steps(steps));
    }
    onRound?.(round + 1);
  }
  return times;
}
