/**
 * Keeps every file of the page, so that it works without a network, and serves them with the page's policy, also where
 * the host sends no headers. Leans on nothing: it is one classic script.
 */

const scope = self as unknown as ServiceWorkerGlobalScope;

interface Manifest {
  version: string;
  files: { address: string; bytes: number }[];
  headers: Record<string, string>;
}

// Filled in by build/precache.ts.
const { version, files, headers } = JSON.parse('PRECACHE_MANIFEST') as Manifest;

const PREFIX = `lesion-example:${new URL(scope.registration.scope).pathname}:`;
const CACHE = PREFIX + version;
/** Files whose address holds a hash of their content: those of an earlier version are as good. */
const IS_HASHED = /^(assets|models|samples|wasm-)/;

const absolute = (address: string): string => new URL(address, scope.registration.scope).href;

async function report(done: number, total: number): Promise<void> {
  for (const client of await scope.clients.matchAll({ includeUncontrolled: true, type: 'window' })) {
    client.postMessage({ kind: 'stored', done, total });
  }
}

async function store(): Promise<void> {
  const cache = await caches.open(CACHE);
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  for (const { address, bytes } of files) {
    const url = absolute(address);
    const before = done;
    if (await cache.match(url)) {
      done = before + bytes;
      continue;
    }
    const earlier = IS_HASHED.test(address) ? await caches.match(url) : undefined;
    const response =
      earlier ?? (await fetch(url, { cache: IS_HASHED.test(address) ? 'default' : 'no-cache' }));
    if (!response.ok || response.body === null) throw new Error(`${address}: ${response.status}`);
    let reported = performance.now();
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          done += chunk.byteLength;
          if (performance.now() - reported > 100) {
            reported = performance.now();
            void report(done, total);
          }
          controller.enqueue(chunk);
        },
      }),
    );
    const type = response.headers.get('Content-Type');
    await cache.put(
      url,
      new Response(counted, { headers: { ...(type === null ? {} : { 'Content-Type': type }), ...headers } }),
    );
    done = before + bytes;
  }
  await report(total, total);
}

scope.addEventListener('install', (event) => {
  // A newer version waits until no page of the older one is open: their files would be gone.
  event.waitUntil(store());
});

scope.addEventListener('activate', (event) => {
  const clean = async (): Promise<void> => {
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    }
    await scope.clients.claim();
  };
  event.waitUntil(clean());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  if (!url.href.startsWith(scope.registration.scope)) return;
  const address = url.href.slice(scope.registration.scope.length);
  const wanted = absolute(address === '' ? 'index.html' : address);
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(wanted))
      .then((kept) => kept ?? fetch(request)),
  );
});
