/** Finding a browser for the tests that need a real one. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** A Chromium: what `CHROMIUM_PATH` names, else the first of the usual names on the path; undefined where there is none. */
export const chromiumPath: string | undefined =
  process.env['CHROMIUM_PATH'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(existsSync);

/** What stands behind the names of tests that are skipped without one. */
export const WITHOUT_CHROMIUM =
  chromiumPath === undefined ? ' (skipped: no Chromium here; CHROMIUM_PATH names one)' : '';
