/** The folder of a demo: made anew, or cleared of an earlier demo and of nothing else. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument } from '@lesion/core';

/** The file by which a demo's folder is known. */
const MARKER = '.lesion-demo';

/** What a demo writes. */
const PARTS = ['data', 'lin', 'lfn', 'predictions', 'pretrained', 'report.html'] as const;

/** Where the parts of a demo lie. */
export type DemoFolder = Record<'data' | 'lin' | 'lfn' | 'predictions' | 'pretrained' | 'report', string>;

/**
 * Makes the folder ready for a demo.
 *
 * @throws LesionError `INVALID_ARGUMENT` if it holds files that no demo made.
 */
export async function prepareDemoFolder(folder: string): Promise<DemoFolder> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw invalidArgument({
      what: 'the folder holds files that are not of an earlier demo',
      where: folder,
      got: names.sort()[0],
      expected: 'a new or empty folder',
      mend: 'Choose another folder with --out.',
    });
  }
  await writeFile(join(folder, MARKER), '');
  for (const part of PARTS) await rm(join(folder, part), { recursive: true, force: true });
  return {
    data: join(folder, 'data'),
    lin: join(folder, 'lin'),
    lfn: join(folder, 'lfn'),
    predictions: join(folder, 'predictions'),
    pretrained: join(folder, 'pretrained'),
    report: join(folder, 'report.html'),
  };
}
