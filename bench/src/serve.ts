/**
 * The worker's side of the protocol, see worker-process.ts: answers questions in lines of JSON until its input ends.
 * Leans on nothing that is measured.
 */
import { createInterface } from 'node:readline';
import { peakBytes } from './resident-memory.js';
import type { WorkerFacts } from './worker-process.js';

/** Work that is taken a step at a time. */
export interface Work {
  facts: WorkerFacts;
  /** Takes one step. @returns any number of its result, which has to be finite */
  step(): number | Promise<number>;
  /** A step's figure, from its milliseconds. @default the milliseconds */
  figure?(milliseconds: number): number;
  /** Peak memory's figure, from bytes. @default megabytes */
  peak?(bytes: number): number;
  /** Answers to questions of this work's own. */
  answers?: Readonly<Record<string, (question: Question) => object | Promise<object>>>;
}

export interface Question {
  do: string;
  /** Steps to take. */
  count?: number;
  /** A file to write. */
  path?: string;
}

const answer = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function takeSteps({ step, figure = (time) => time }: Work, count: number): Promise<object> {
  const times: number[] = [];
  let last = 0;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    last = await step();
    times.push(figure(performance.now() - start));
  }
  if (!Number.isFinite(last)) throw new Error(`a step gave ${last}, which is no work to measure`);
  return { times, last };
}

async function answerAll(work: Work): Promise<void> {
  const { facts, peak = (bytes) => bytes / 1e6, answers = {} } = work;
  answer({ ready: facts });
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as Question;
    if (question.do === 'steps') answer(await takeSteps(work, question.count!));
    else if (question.do === 'memory') answer({ peak: peak(peakBytes()) });
    else if (answers[question.do] !== undefined) answer(await answers[question.do]!(question));
    else throw new Error(`no worker of this kind knows how to do ${question.do}`);
  }
}

/** Prepares the work that the command line specifies, says that it is ready, and serves it. Ends the process. */
export async function serve<Specification>(
  prepare: (specification: Specification) => Promise<Work>,
): Promise<never> {
  try {
    await answerAll(await prepare(JSON.parse(process.argv[2]!) as Specification));
    process.exit(0);
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}
