// The image files of `golden/decode.json` with the pixels that the reference decodes from them.
import { readFileSync } from 'node:fs';

export interface GoldenCase {
  name: string;
  /** The bytes of the file in base64. */
  file: string;
  shape: number[];
  expected: number[];
  tolerance: number;
}

export const golden = JSON.parse(readFileSync(new URL('../golden/decode.json', import.meta.url), 'utf8')) as {
  cases: GoldenCase[];
};
