// No link of a document leads nowhere: files, and headings within them.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS } from '../src/documents.js';
import { repository } from '../src/entry-points.js';

const REPOSITORY_PAGES = 'https://github.com/lesion-js/lesion/';

const prose = (markdown: string): string =>
  markdown.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, '``');

/** The targets of all links and pictures. */
function linksOf(markdown: string): string[] {
  const text = prose(markdown);
  return [
    ...[...text.matchAll(/\]\(([^()\s]+(?:\([^()]*\)[^()\s]*)?)\)/g)].map(([, target]) => target!),
    ...[...text.matchAll(/<(?:img|a)[^>]* (?:src|href)="([^"]+)"/g)].map(([, target]) => target!),
    ...[...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target]) => target!),
  ];
}

/** The anchors that GitHub gives to the headings. */
function anchorsOf(markdown: string): string[] {
  const withoutCode = markdown.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '');
  const seen = new Map<string, number>();
  return [...withoutCode.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const text = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** What is wrong with a link of a document; undefined if nothing is. */
function complaint(document: string, target: string): string | undefined {
  let place = target;
  if (target.startsWith(REPOSITORY_PAGES)) {
    const [, path] = /^(?:blob|tree|raw)\/main\/(.+)$/.exec(target.slice(REPOSITORY_PAGES.length)) ?? [];
    if (path === undefined) return undefined;
    place = relative(dirname(document), path);
  } else if (/^https?:\/\//.test(target)) {
    return undefined; // elsewhere: not ours to promise
  }
  const [path = '', anchor] = place.split('#');
  const file = path === '' ? document : join(dirname(document), decodeURI(path));
  if (!existsSync(join(repository, file))) return `${target}: there is no ${file}`;
  if (anchor === undefined) return undefined;
  if (!file.endsWith('.md')) return `${target}: an anchor in what is no document`;
  const anchors = anchorsOf(readFileSync(join(repository, file), 'utf8'));
  return anchors.includes(anchor)
    ? undefined
    : `${target}: no heading of that name; there are ${anchors.join(', ')}`;
}

describe('links', () => {
  it.each(DOCUMENTS)('%s', (document) => {
    const markdown = readFileSync(join(repository, document), 'utf8');
    const found = linksOf(markdown).flatMap((target) => complaint(document, target) ?? []);
    expect(found).toEqual([]);
  });

  it('are found, and their absence too', () => {
    expect(linksOf('[a](b.md#c) ![d](e.png)\n```\n[x](y)\n```\n`[x](y)`')).toEqual(['b.md#c', 'e.png']);
    expect(anchorsOf('# The `a` and [b](c)\n## Same\n## Same')).toEqual(['the-a-and-b', 'same', 'same-1']);
    expect(complaint('README.md', 'packages/nowhere')).toContain('there is no packages/nowhere');
    expect(complaint('README.md', 'packages/licu/README.md#nowhere')).toContain('no heading');
  });
});
