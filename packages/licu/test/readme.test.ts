import * as core from '@lesion/core';
import { testReadme } from '@lesion/test-support';
import * as licu from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), { '@lesion/core': core, '@lesion/licu': licu });
