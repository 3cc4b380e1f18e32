import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHistory, writeHistory } from './run-folder.js';

describe('readHistory', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lesion-history-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives what was written', async () => {
    const epoch = { epoch: 1, steps: 2, learningRate: 0.01, trainingLoss: 1.5, seconds: 3 };
    const history = {
      dr: { epochs: [{ ...epoch, validationLoss: 1.25 }], stepLosses: [2, 1] },
      dm: { epochs: [{ ...epoch, validationLoss: null }], stepLosses: [3, 0] },
    };
    await writeHistory(folder, history);
    expect(await readHistory(folder)).toEqual(history);
  });

  it('says that there are none', async () => {
    await expect(readHistory(join(folder, 'elsewhere'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/elsewhere.*no loss curves.*Name the folder of a training run/s),
    });
  });

  it.each(['{', '{"lfn": {"epochs": []}}', '[]'])('refuses %s', async (text) => {
    await writeFile(join(folder, 'history.json'), text);
    await expect(readHistory(folder)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining('not the loss curves of a run'),
    });
  });
});
