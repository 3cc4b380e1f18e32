// Ours: runs a building block, a few times each time it is told to on standard input. Called with a BlockWork as JSON.
import { writeArrays } from './array-file.js';
import { openBlock } from './block-steps.js';
import type { BlockWork } from './block-work.js';
import { residentBytes } from './resident-memory.js';
import { serve, type Work } from './serve.js';

await serve<BlockWork>(async (work): Promise<Work> => {
  const { name, megapixels = 1, run, output, figure } = await openBlock(work);
  const atStart = residentBytes();
  const imageBytes = 3e6 * megapixels;
  let last: Awaited<ReturnType<typeof run>> | undefined;
  return {
    facts: { name },
    async step() {
      last = undefined;
      last = await run();
      return last.first;
    },
    ...(figure === undefined ? {} : { figure }),
    ...(work.per === 'step'
      ? {}
      : {
          figure: (milliseconds) => milliseconds / megapixels,
          // The system counts pages of several processors a little apart: of a tiny image this may be less than none.
          peak: (bytes) => Math.max(0, bytes - atStart) / imageBytes,
        }),
    answers: {
      async output({ path }) {
        last ??= await run();
        await writeArrays(path!, output(last));
        return { written: path };
      },
    },
  };
});
