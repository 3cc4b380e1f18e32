import * as core from '@lesion/core';
import { testReadme } from '@lesion/test-support';
import * as report from '../src/index.js';
import * as files from '../src/node.js';

await testReadme(new URL('../README.md', import.meta.url), {
  '@lesion/core': core,
  '@lesion/report': report,
  '@lesion/report/node': files,
});
