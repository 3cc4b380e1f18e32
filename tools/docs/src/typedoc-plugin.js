// Teaches typedoc how this repository is laid out: modules are called as they are imported and open with their
// package's README, documents are called by their heading and grouped by their folder.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Converter, MinimalSourceFile, ReflectionKind } from 'typedoc';
import { entryPoints, repository } from './entry-points.js';

const GROUPS = {
  'docs/guides': 'Guides',
  'docs/decisions': 'Decisions',
  'packages/pretrained': 'Model cards',
};

/** A document without its first heading, and the heading. The site prints the names of modules as headings itself. */
function splitHeading(/** @type {string} */ markdown) {
  const [, heading, rest] = /^# (.+)\n([\s\S]*)$/.exec(markdown) ?? [];
  return { heading: heading?.replaceAll('`', ''), rest: rest ?? markdown };
}

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const { project } = context;
    const entries = entryPoints();
    const front = `${repository}README.md`;
    const { rest: introduction } = splitHeading(readFileSync(front, 'utf8'));
    project.readme = app.converter.parseRawComment(
      new MinimalSourceFile(introduction, front),
      project.files,
    ).content;
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const path = context.getSymbolFromReflection(module)?.declarations?.[0]?.getSourceFile().fileName;
      const entry = entries.find(({ source }) => source === path);
      if (entry === undefined) throw new Error(`${module.name}: a module that no package exports`);
      module.name = entry.name;
      if (!entry.isMain) continue;
      const readme = `${entry.folder}/README.md`;
      if (!existsSync(readme)) {
        app.logger.error(`${readme}: there is no such file`);
        continue;
      }
      const { rest } = splitHeading(readFileSync(readme, 'utf8'));
      module.readme = app.converter.parseRawComment(
        new MinimalSourceFile(rest, readme),
        project.files,
      ).content;
      // The README says all that the comment in the source says.
      delete module.comment;
      for (const linked of [readme, entry.folder]) project.files.registerReflectionPath(linked, module);
    }
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const path = document.project.files.getReflectionPath(document);
    const { heading } = splitHeading(readFileSync(path, 'utf8'));
    if (heading === undefined) throw new Error(`${path}: a document without a heading`);
    document.name = heading;
    const place = relative(repository, path);
    const group = Object.entries(GROUPS).find(([folder]) => place.startsWith(folder))?.[1];
    document.frontmatter['group'] = group ?? 'Documents';
  });
}
