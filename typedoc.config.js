// The API reference of all packages and the guides as one site, by `npm run docs`.
import { entryPoints } from './tools/docs/src/entry-points.js';

const entries = entryPoints();

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'lesion',
  entryPoints: entries.map(({ source }) => source),
  tsconfig: 'tools/docs/tsconfig.api.json',
  // From source to source, so that types of other packages are links.
  compilerOptions: { paths: Object.fromEntries(entries.map(({ name, source }) => [name, [source]])) },
  plugin: ['./tools/docs/src/typedoc-plugin.js'],
  out: 'docs/api',
  readme: 'README.md',
  projectDocuments: [
    'docs/guides/*.md',
    'examples/README.md',
    'examples/*/README.md',
    'CONTRIBUTING.md',
    'docs/pictures/README.md',
    'docs/benchmarks.md',
    'bench/results.md',
    'packages/pretrained/models/*/README.md',
    'docs/decisions/*.md',
  ],
  groupOrder: ['Guides', 'Modules', 'Documents', 'Model cards', 'Decisions'],
  // Types are checked by `turbo run typecheck`.
  skipErrorChecking: true,
  disableGit: true,
  gitRevision: 'main',
  sourceLinkTemplate: 'https://github.com/lesion-js/lesion/blob/main/{path}#L{line}',
  navigationLinks: { GitHub: 'https://github.com/lesion-js/lesion' },
  highlightLanguages: ['bash', 'javascript', 'json', 'python', 'typescript'],
  navigation: { includeGroups: true },
  searchInDocuments: true,
  sortEntryPoints: true,
  excludePrivate: true,
  excludeInternal: true,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true, invalidPath: true },
  packagesRequiringDocumentation: entries.filter(({ isMain }) => isMain).map(({ name }) => name),
  requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Enum'],
};
