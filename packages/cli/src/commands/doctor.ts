/** `lesion doctor`: what this machine offers, and what keeps the faster engines from loading. */
import { availableParallelism, freemem, totalmem } from 'node:os';
import { defineCommand } from '../command.js';
import { formatBytes } from '../format.js';

interface Finding {
  subject: string;
  text: string;
}

/** Memory that the process may use: a container's limit where there is one below the machine's. */
function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit !== undefined && limit > 0 && limit < totalmem() ? limit : totalmem();
}

export const doctor = defineCommand<[], object>({
  name: 'doctor',
  summary: 'show Node, threads, memory and the engines found and missing, and why',
  stopsCleanly: false,
  declare: () => undefined,
  async run() {
    const { inspectEngines } = await import('@lesion/engine');
    const engines = await inspectEngines({ measure: true });
    const document = {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      threads: availableParallelism(),
      memory: { total: usableMemory(), free: Math.min(freemem(), usableMemory()) },
      engines,
    };
    const findings: Finding[] = [
      { subject: 'Node', text: `${document.node} on ${document.platform}` },
      { subject: 'threads', text: String(document.threads) },
      {
        subject: 'memory',
        text: `${formatBytes(document.memory.total)}, ${formatBytes(document.memory.free)} free`,
      },
      ...engines.map((engine) => {
        const state = engine.available ? (engine.canTrain ? 'trains and predicts' : 'predicts') : 'missing';
        const speed = engine.gigaflops === undefined ? '' : `${engine.gigaflops.toPrecision(2)} GFLOP/s`;
        const explanation = [engine.detail, speed, engine.reason].filter(Boolean).join('; ');
        return { subject: `engine ${engine.name}`, text: `${state}: ${explanation}` };
      }),
    ];
    const width = Math.max(...findings.map(({ subject }) => subject.length));
    return {
      document,
      text: findings.map(({ subject, text }) => `${subject.padEnd(width)}  ${text}`).join('\n'),
    };
  },
});
