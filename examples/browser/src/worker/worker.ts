/** The worker: everything that computes. The page sends requests and draws what comes back. */
import type { Reply, Request } from '../protocol.js';
import { Session } from './session.js';

const session = new Session((reply: Reply, transfer: Transferable[] = []) =>
  self.postMessage(reply, { transfer }),
);
self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void session.handle(data);
});
