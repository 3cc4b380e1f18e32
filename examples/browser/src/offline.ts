/** Has a service worker keep all files of the page before they are used, so that each is fetched once. */

/** How the page is kept. */
export type Kept = { offline: true } | { offline: false; reason: string };

interface Stored {
  kind: 'stored';
  done: number;
  total: number;
}

/**
 * Resolves once all files are kept, or it is known why they cannot be.
 *
 * @param onProgress bytes that are kept, of all
 */
export async function keepOffline(onProgress: (done: number, total: number) => void): Promise<Kept> {
  // The dev server's files change under the hand.
  if (!import.meta.env.PROD) return { offline: false, reason: 'this is the development server' };
  if (!('serviceWorker' in navigator)) {
    return { offline: false, reason: 'this browser allows no service worker here' };
  }
  const container = navigator.serviceWorker;
  const onMessage = ({ data }: MessageEvent<Stored>): void => {
    if (data.kind === 'stored') onProgress(data.done, data.total);
  };
  container.addEventListener('message', onMessage);
  try {
    const registration = await container.register(new URL('service-worker.js', document.baseURI));
    if (container.controller !== null) return { offline: true };
    const installing = registration.installing ?? registration.waiting ?? registration.active;
    if (installing === null) return { offline: false, reason: 'the service worker did not start' };
    const state = await settled(installing);
    if (state === 'redundant') {
      return { offline: false, reason: 'the files could not be kept, perhaps for lack of room' };
    }
    await controlled(container);
    return { offline: true };
  } catch (error) {
    return { offline: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    container.removeEventListener('message', onMessage);
  }
}

function settled(worker: ServiceWorker): Promise<ServiceWorkerState> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve(worker.state);
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** A page that was reloaded past its service worker stays without; nothing is lost by going on. */
const PATIENCE = 2000;

function controlled(container: ServiceWorkerContainer): Promise<void> {
  return new Promise((resolve) => {
    if (container.controller !== null) return resolve();
    container.addEventListener('controllerchange', () => resolve(), { once: true });
    setTimeout(resolve, PATIENCE);
  });
}
