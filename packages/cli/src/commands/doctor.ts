/** `lesion doctor`: what this machine offers, and what keeps the faster engines from loading. */
import { availableParallelism, freemem, totalmem } from 'node:os';
import { defineCommand } from '../command.js';
import { formatBytes } from '../format.js';
import type { Screen } from '../screen.js';
import { formatTable } from '../table.js';

interface Finding {
  subject: string;
  text: string;
  /** Of an engine: whether it loads. */
  available?: boolean;
}

/** Findings as aligned lines; those of engines in colours, long ones wrapped where the screen is narrow. */
export function formatFindings(findings: readonly Finding[], screen: Screen): string {
  const rows = findings.map(({ subject, text, available }) => [
    available === undefined ? subject : screen.style(available ? 'green' : 'yellow', subject),
    text,
  ]);
  return formatTable(rows, { screen, left: [0, 1], wrap: [1], header: false });
}

/** Memory that the process may use: a container's limit where there is one below the machine's. */
function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit !== undefined && limit > 0 && limit < totalmem() ? limit : totalmem();
}

export const doctor = defineCommand<[], object>({
  name: 'doctor',
  group: 'More:',
  summary: 'show Node, threads, memory and the engines found and missing, and why',
  description:
    'Shows Node, threads and memory, and every engine: which load here and how fast they are, which do not, and why. Nothing is installed or changed.',
  examples: [
    { line: 'lesion doctor', does: 'what this machine offers' },
    {
      line: 'lesion doctor --json > doctor.json',
      does: 'the same for a program, or for a report of a fault',
    },
  ],
  stopsCleanly: false,
  declare: () => undefined,
  async run({ screen }) {
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
        const speed =
          engine.gigaflops === undefined ? '' : `${Number(engine.gigaflops.toPrecision(2))} GFLOP/s`;
        const explanation = [engine.detail, speed, engine.reason].filter(Boolean).join('; ');
        return {
          subject: `engine ${engine.name}`,
          text: `${state}: ${explanation}`,
          available: engine.available,
        };
      }),
    ];
    return { document, text: formatFindings(findings, screen) };
  },
});
