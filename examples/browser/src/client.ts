/** The page's side of the worker: starts it, keeps sliders from flooding it, and ends it when it does not listen. */
import type { EngineChoice, Errand, ModelAddresses, Reply, Request } from './protocol.js';

/** Milliseconds that a worker has to stop by itself; a pass through a network cannot be interrupted from within. */
const PATIENCE = 1200;

/** Requests of which only the newest counts. */
type Latest = Extract<Request, { kind: 'analyse' | 'segment' | 'display' | 'view' }>;

export class Client {
  readonly #models: ModelAddresses;
  readonly #onReply: (reply: Reply) => void;
  readonly #onRestart: () => void;
  #worker: Worker | undefined;
  /** Kinds that are under way, and what is to be sent after them. */
  readonly #underWay = new Set<Errand>();
  readonly #next = new Map<Latest['kind'], Latest>();
  #cancelling: ReturnType<typeof setTimeout> | undefined;
  #engine: EngineChoice | undefined;

  constructor(
    models: ModelAddresses,
    { onReply, onRestart }: { onReply: (reply: Reply) => void; onRestart: () => void },
  ) {
    this.#models = models;
    this.#onReply = onReply;
    this.#onRestart = onRestart;
  }

  /** Starts the worker, and the networks on an engine: the one wanted if it is there. */
  start(engine: EngineChoice | undefined): void {
    this.#engine = engine;
    this.#worker ??= this.#create();
    this.send({ kind: 'start', engine, models: this.#models });
  }

  send(request: Request, transfer: Transferable[] = []): void {
    if (request.kind === 'engine') this.#engine = request.engine;
    this.#underWay.add(request.kind);
    this.#worker?.postMessage(request, transfer);
  }

  /** Sends a request now, or, while one of its kind is under way, after that one and instead of any other. */
  sendLatest(request: Latest): void {
    if (this.#underWay.has(request.kind)) this.#next.set(request.kind, request);
    else this.send(request);
  }

  /** Stops what is under way: between two passes, or by a new worker where that takes too long. */
  cancel(): void {
    if (this.#cancelling !== undefined) return;
    this.send({ kind: 'cancel' });
    this.#cancelling = setTimeout(() => this.#restart(), PATIENCE);
  }

  #restart(): void {
    this.#cancelling = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#underWay.clear();
    this.#next.clear();
    this.#onRestart();
    this.start(this.#engine);
  }

  #create(): Worker {
    const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), {
      type: 'module',
      name: 'lesion',
    });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#receive(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const message = event.message || 'The worker of this page could not be loaded.';
      this.#onReply({ kind: 'failed', request: 'start', problem: { code: 'UNKNOWN', message } });
    });
    return worker;
  }

  #receive(reply: Reply): void {
    if (reply.kind === 'cancelled') {
      clearTimeout(this.#cancelling);
      this.#cancelling = undefined;
    }
    if (reply.kind === 'done') {
      this.#underWay.delete(reply.request);
      const next = this.#next.get(reply.request as Latest['kind']);
      if (next !== undefined) {
        this.#next.delete(next.kind);
        this.send(next);
      }
    }
    this.#onReply(reply);
  }
}
