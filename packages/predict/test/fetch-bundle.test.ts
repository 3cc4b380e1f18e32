// Bundles over HTTP, from a real server on this machine.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadProgress, fetchBundle } from '../src/index.js';
import { readBundle } from '../src/node.js';
import { flipped, modelFiles, modelFolder } from './models.js';

let files: Map<string, Uint8Array>;
let server: Server;
let requests: string[];
/** What the server does in place of sending the file. */
let answer: RequestListener | undefined;
let url: string;

beforeEach(async () => {
  files = await modelFiles('lfn');
  requests = [];
  answer = undefined;
  server = createServer((request, response) => {
    requests.push(request.url!);
    if (answer !== undefined && !request.url!.includes('bundle.json')) return answer(request, response);
    const { pathname } = new URL(request.url!, 'http://localhost');
    const bytes = pathname.startsWith('/models/lfn/')
      ? files.get(pathname.slice('/models/lfn/'.length))
      : undefined;
    if (bytes === undefined) response.writeHead(404).end('nothing here');
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/lfn/`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

describe('fetchBundle', () => {
  it('gives what a folder gives, and tells how many bytes have come', async () => {
    const told: DownloadProgress[] = [];
    const bundle = await fetchBundle(url, { kind: 'lfn', onProgress: (progress) => told.push(progress) });
    expect(bundle).toEqual({ ...(await readBundle(modelFolder('lfn'))), source: url });
    const total = files.get('lfn.safetensors')!.length + files.get('README.md')!.length;
    expect(told[0]).toEqual({ done: 0, total });
    expect(told.at(-1)).toEqual({ done: total, total });
    expect(told.length).toBeGreaterThan(2);
    told.reduce((before, now) => {
      expect(now.done).toBeGreaterThanOrEqual(before.done);
      expect(now.total).toBe(total);
      return now;
    });
  });

  it('takes an address without a slash, a URL, and a query that is sent with each file', async () => {
    await fetchBundle(url.slice(0, -1));
    await fetchBundle(new URL(`${url}?key=1`));
    expect(requests).toEqual(
      ['', '?key=1'].flatMap((query) =>
        ['bundle.json', 'lfn.safetensors', 'README.md'].map((name) => `/models/lfn/${name}${query}`),
      ),
    );
  });

  it('counts the bytes of what was packed for the way', async () => {
    answer = (request, response) => {
      const bytes = files.get(request.url!.split('/').at(-1)!)!;
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes));
    };
    let last: DownloadProgress | undefined;
    const { card } = await fetchBundle(url, {
      onProgress: (progress) => {
        last = progress;
      },
    });
    expect(card).toContain('# ');
    expect(last!.done).toBe(last!.total);
  });

  it('refuses a byte that changed on the way', async () => {
    files.set('lfn.safetensors', flipped(files.get('lfn.safetensors')!));
    expect(await messageOf(fetchBundle(url))).toMatch(
      /^INTEGRITY http:\/\/127\.0\.0\.1:\d+\/models\/lfn\/lfn\.safetensors: the file is not the one that was saved; got sha256 [0-9a-f]{64}; expected sha256 [0-9a-f]{64}\. Copy the bundle again, or train it again\.$/,
    );
  });

  it('refuses a download that ends too early', async () => {
    answer = (_, response) => {
      const bytes = files.get('lfn.safetensors')!;
      response.writeHead(200).end(bytes.subarray(0, bytes.length / 2));
    };
    expect(await messageOf(fetchBundle(url))).toContain(
      'lfn.safetensors: the file is not the one that was saved',
    );
    answer = (_, response) => {
      const bytes = files.get('lfn.safetensors')!;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000), () => response.destroy());
    };
    expect(await messageOf(fetchBundle(url))).toMatch(
      /^NOT_FOUND .*lfn\.safetensors: the file cannot be fetched; got /,
    );
  });

  it('says which file is not there, and why', async () => {
    files.delete('lfn.safetensors');
    expect(await messageOf(fetchBundle(url))).toBe(
      `NOT_FOUND ${url}lfn.safetensors: the file cannot be fetched; got 404 Not Found. ` +
        'Give the address of the folder of a model bundle, from which this page may read.',
    );
    expect(await messageOf(fetchBundle(new URL('../lin', url)))).toContain(
      '/models/lin/bundle.json: the file cannot be fetched; got 404 Not Found',
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await messageOf(fetchBundle(url))).toMatch(
      /^NOT_FOUND .*bundle\.json: the file cannot be fetched; got \S/,
    );
  });

  it('refuses a page that a server sends for whatever it lacks', async () => {
    files.set('bundle.json', Buffer.from('<!doctype html><title>Home</title>'));
    expect(await messageOf(fetchBundle(url))).toBe(
      `INVALID_FILE ${url}bundle.json: not a model bundle of this version. ` +
        'Use the version of @lesion/train that wrote it, or train it again.',
    );
  });

  it('refuses another kind before it downloads the weights', async () => {
    expect(await messageOf(fetchBundle(url, { kind: 'lin' }))).toBe(
      `INVALID_FILE ${url}bundle.json: the bundle is of another kind; got lfn; expected lin`,
    );
    expect(requests).toEqual(['/models/lfn/bundle.json']);
  });

  it('stops in the middle of a file', async () => {
    let cut = false;
    answer = (_, response) => {
      response.on('close', () => {
        cut = !response.writableEnded;
      });
      response.writeHead(200);
      response.write(files.get('lfn.safetensors')!.subarray(0, 1000));
    };
    const aborting = new AbortController();
    const fetched = fetchBundle(url, {
      signal: aborting.signal,
      onProgress: ({ done }) => {
        if (done > 0) aborting.abort();
      },
    });
    expect(await messageOf(fetched)).toBe(`ABORTED ${url}: stopped on request. Fetch the bundle again.`);
    await expect.poll(() => cut).toBe(true);
    expect(await messageOf(fetchBundle(url, { signal: AbortSignal.abort() }))).toContain('ABORTED');
    expect(requests.length).toBe(2);
  });

  it('refuses what is no address', async () => {
    expect(await messageOf(fetchBundle('models/lfn'))).toBe(
      'INVALID_ARGUMENT url: not an address; got models/lfn; ' +
        'expected the address of the folder of a model bundle, as https://example.org/models/lin/',
    );
    expect(await messageOf(fetchBundle(url, { retries: 3 } as never))).toContain('retries');
  });
});
