import { testReadme } from '@lesion/test-support';
import * as core from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), { '@lesion/core': core });
