/** Tells the service worker which files the page consists of, so that it can keep them all for offline use. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';
import { PAGE_HEADERS } from './headers.js';

const SERVICE_WORKER = 'service-worker.js';

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

export function precache(): Plugin {
  let outDir = '';
  return {
    name: 'lesion:precache',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    // After every file was written, whichever plugin wrote it.
    closeBundle() {
      const files = filesBelow(outDir)
        .map((path) => ({ path, address: relative(outDir, path).split(sep).join('/') }))
        .filter(({ address }) => address !== SERVICE_WORKER && !address.endsWith('.map'))
        .sort((a, b) => (a.address < b.address ? -1 : 1));
      const version = createHash('sha256');
      for (const { path, address } of files) version.update(address).update('\0').update(readFileSync(path));
      const manifest = {
        version: version.digest('hex').slice(0, 16),
        files: files.map(({ path, address }) => ({ address, bytes: statSync(path).size })),
        headers: PAGE_HEADERS,
      };
      const path = join(outDir, SERVICE_WORKER);
      const code = readFileSync(path, 'utf8');
      const filled = code.replace(/(["'`])PRECACHE_MANIFEST\1/, () =>
        JSON.stringify(JSON.stringify(manifest)),
      );
      if (filled === code) throw new Error(`${SERVICE_WORKER} has no place for its manifest.`);
      writeFileSync(path, filled);
    },
  };
}
