import * as core from '@lesion/core';
import { testReadme } from '@lesion/test-support';
import * as superpixel from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), {
  '@lesion/core': core,
  '@lesion/superpixel': superpixel,
});
