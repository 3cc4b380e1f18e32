// The README's code runs. What it prints depends on the engines that load here, so only that it prints counts.
import * as engine from '@lesion/engine';
import { testReadme } from '@lesion/test-support';

await testReadme(
  new URL('../README.md', import.meta.url),
  { '@lesion/engine': engine },
  { comparable: (text) => String(/^\w+: .+/.test(text.trim())) },
);
