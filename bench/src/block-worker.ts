// Ours: runs a building block, a few times each time it is told to on standard input. Called with a BlockWork as JSON.
import { writeArrays } from './array-file.js';
import { openBlock } from './block-steps.js';
import type { BlockWork } from './block-work.js';
import { peakBytes, residentBytes } from './resident-memory.js';
import { serve, type Work } from './serve.js';

await serve<BlockWork>(async (work): Promise<Work> => {
  const { name, megapixels = 1, run, output, figure } = await openBlock(work);
  const { per, repetitions = 1 } = work;
  const scales = per === 'megapixel';
  const atStart = residentBytes();
  const imageBytes = 3e6 * megapixels;
  let last: Awaited<ReturnType<typeof run>> | undefined;
  /** After one run: what later ones add is garbage that waits for its collection. */
  let peakOfOne: number | undefined;
  return {
    facts: { name: scales ? `${name}, ${megapixels.toPrecision(2)} megapixels` : name },
    async step() {
      for (let i = 0; i < repetitions; i++) {
        last = undefined;
        last = await run();
        peakOfOne ??= peakBytes();
      }
      return last!.first;
    },
    ...(figure === undefined ? {} : { figure }),
    ...(scales
      ? {
          figure: (milliseconds) => milliseconds / (repetitions * megapixels),
          // The system counts pages of several processors a little apart: of a tiny image this may be less than none.
          peak: (bytes) => Math.max(0, (peakOfOne ?? bytes) - atStart) / imageBytes,
        }
      : {}),
    answers: {
      async output({ path }) {
        last ??= await run();
        await writeArrays(path!, output(last));
        return { written: path };
      },
    },
  };
});
