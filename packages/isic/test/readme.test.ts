import { testReadme } from '@lesion/test-support';
import * as isic from '../src/index.js';

/** How many superpixels carry what hangs on the last bits of sines, which differ between engines. */
const comparable = (text: string): string => text.replaceAll(/":\d+/g, '": n');

await testReadme(new URL('../README.md', import.meta.url), { '@lesion/isic': isic }, { comparable });
