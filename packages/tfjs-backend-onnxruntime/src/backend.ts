/**
 * The tfjs backend: kernels record what is to be computed, and a read computes everything pending as one
 * ONNX graph, which is compiled once for each structure. Leans on tfjs-core's backend interface.
 */
import { invalidArgument, LesionError } from '@lesion/core';
import {
  type BackendTimingInfo,
  type BackendValues,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { BufferPool } from './buffer-pool.js';
import { capabilitiesOf } from './capabilities.js';
import { type Layout, sizeOf, toLogicalOrder, toPhysical } from './layout.js';
import { lowerTrace } from './lowering.js';
import { type ResolvedOnnxRuntimeOptions, resolveOnnxRuntimeOptions } from './options.js';
import {
  createSession,
  createSessionNow,
  hasBinding,
  ortTensor,
  runtimeVersion,
  type Session,
  type SessionOptions,
  type TensorMap,
} from './runtime.js';
import { type Program, SessionCache } from './session-cache.js';
import {
  type Attributes,
  type Elements,
  type NumericType,
  newElements,
  TraceNode,
  type TraceOperation,
} from './trace.js';

/** The name under which the backend is registered. */
export const BACKEND_NAME = 'onnxruntime';

/**
 * A trace that nobody reads is computed when it has grown to this many nodes, so that a loop of
 * predictions whose results are read at its very end needs bounded memory. A training step of FCRN-88 has 3,000.
 */
const LONGEST_TRACE = 20_000;

/** What a data id stands for; strings are only stored, never computed with. */
type Entry = { references: number } & ({ node: TraceNode } | { strings: BackendValues });

/** One graph to run: what is pending, in an order that depends on the wiring alone. */
export interface Plan {
  key: string;
  nodes: TraceNode[];
  leaves: TraceNode[];
  outputs: TraceNode[];
}

/** Counters since the backend was made, for benchmarks and curious users. */
export interface OnnxRuntimeStatistics {
  /** Graphs that were run. */
  runs: number;
  /** Graphs that had to be compiled first. */
  compilations: number;
  /** Milliseconds spent in compiling, in ONNX Runtime's run, and in keeping the books around it. */
  compileMs: number;
  runMs: number;
  bookkeepingMs: number;
  /** Nodes of the last graph that was compiled, as recorded and as ONNX. */
  traceNodes: number;
  onnxNodes: number;
}

/** What {@link OnnxRuntimeBackend.memory} adds to `tf.memory()`. */
export interface OnnxRuntimeMemory {
  unreliable: boolean;
  reasons: string[];
  /** Bytes of elements that tensors hold, each buffer counted once. */
  heldBytes: number;
  /** Bytes kept for reuse. */
  pooledBytes: number;
  /** Operations recorded and not yet computed. */
  pendingNodes: number;
  /** Compiled graphs; ONNX Runtime keeps working memory for each. */
  sessions: number;
}

/** The backend itself, as tfjs sees it; {@link activeOnnxRuntimeBackend} gives the active one. */
export class OnnxRuntimeBackend extends KernelBackend {
  readonly statistics: OnnxRuntimeStatistics = {
    runs: 0,
    compilations: 0,
    compileMs: 0,
    runMs: 0,
    bookkeepingMs: 0,
    traceNodes: 0,
    onnxNodes: 0,
  };
  /** Whether results can be had without waiting, as `dataSync()` and compiled steps need. */
  readonly canRunNow: boolean;
  private readonly options: ResolvedOnnxRuntimeOptions;
  private readonly storage: DataStorage<Entry>;
  /** Pending nodes that a tensor refers to. */
  private readonly live = new Set<TraceNode>();
  /**
   * Pending nodes whose graph ONNX Runtime refused, for at least one of them: each is computed only for
   * those who read it, so that all others can be.
   */
  private readonly failed = new Set<TraceNode>();
  private readonly sessions: SessionCache;
  private readonly pool: BufferPool;
  private marks = 0;
  private heldBytes = 0;
  private profilePrefix: string | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(options?: ResolvedOnnxRuntimeOptions) {
    super();
    this.options = options ?? resolveOnnxRuntimeOptions();
    this.canRunNow = this.options.synchronous && hasBinding;
    this.storage = new DataStorage<Entry>(this, engine());
    this.sessions = new SessionCache(this.options.sessionCacheSize);
    this.pool = new BufferPool(this.options.bufferPoolBytes);
  }

  /** Version, execution provider and threads, for people. */
  describe(): string {
    const { executionProvider, threads } = this.options;
    const { blockSize } = capabilitiesOf(this.options);
    const parts = [
      `ONNX Runtime ${runtimeVersion} on ${executionProvider}`,
      `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      ...(blockSize > 0 ? [`blocks of ${blockSize} channels`] : []),
    ];
    return parts.join(', ');
  }

  // ---- what tfjs asks of a backend

  /** How many tensors are alive. */
  override numDataIds(): number {
    return this.storage.numDataIds();
  }

  /** How many tensors share the data. */
  override refCount(dataId: object): number {
    return this.storage.has(dataId) ? this.storage.get(dataId).references : 0;
  }

  /** Counts one more tensor that shares the data. */
  override incRef(dataId: object): void {
    this.storage.get(dataId).references++;
  }

  /** Lets go of data that no tensor needs. @returns whether they are gone */
  override disposeData(dataId: object, force = false): boolean {
    if (!this.storage.has(dataId)) return true;
    const entry = this.storage.get(dataId);
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.storage.delete(dataId);
    if ('node' in entry) this.abandon(entry.node);
    return true;
  }

  /** Takes values in. @returns what stands for them from then on */
  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    const dataId = {};
    const entry: Entry = { references: 1, ...this.entryOf(values, shape, dtype, true) };
    this.storage.set(dataId, entry);
    return dataId;
  }

  /** Takes values over from another backend. */
  override move(
    dataId: object,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    references: number,
  ): void {
    this.storage.set(dataId, { references, ...this.entryOf(values, shape, dtype, false) });
  }

  /** The values of a tensor; computes all that was recorded for it. */
  override async read(dataId: object): Promise<BackendValues> {
    const entry = this.storage.get(dataId);
    if ('strings' in entry) return entry.strings;
    if (this.canRunNow) this.computeNode(entry.node);
    else if (entry.node.data === null) await this.compute();
    return this.elementsOf(entry.node);
  }

  /** As {@link OnnxRuntimeBackend.read}, without waiting; blocks until they are computed. */
  override readSync(dataId: object): BackendValues {
    const entry = this.storage.get(dataId);
    if ('strings' in entry) return entry.strings;
    if (entry.node.data === null) {
      if (!this.canRunNow) {
        throw new LesionError('ENGINE_UNAVAILABLE', {
          what: 'results cannot be had without waiting here',
          where: 'dataSync',
          mend: 'Read with data() instead.',
        });
      }
      this.computeNode(entry.node);
    }
    return this.elementsOf(entry.node);
  }

  /** What tfjs's `memory()` tells. */
  override memory(): OnnxRuntimeMemory {
    return {
      unreliable: true,
      reasons: ["ONNX Runtime's own working memory is not counted"],
      heldBytes: this.heldBytes,
      pooledBytes: this.pool.bytes,
      pendingNodes: this.live.size + this.failed.size,
      sessions: this.sessions.size,
    };
  }

  /** Whether `tf.time` works here: it computes what was recorded and takes ONNX Runtime's time. */
  override timerAvailable(): boolean {
    return true;
  }

  /** Milliseconds that ONNX Runtime computes for what `work` records. */
  override async time(work: () => void): Promise<BackendTimingInfo> {
    this.computeIfPossible();
    const before = this.statistics.runMs;
    // Before anything is awaited: tfjs's profiler looks for the results as soon as this call returns.
    work();
    await this.compute();
    return { kernelMs: this.statistics.runMs - before };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  /** Lets go of everything. */
  override dispose(): void {
    this.sessions.clear();
    this.pool.clear();
    this.live.clear();
    this.failed.clear();
  }

  // ---- what kernels use

  /** The node that a tensor stands for. */
  node({ dataId, dtype }: TensorInfo): TraceNode {
    const entry = this.storage.get(dataId);
    if ('node' in entry) return entry.node;
    throw invalidArgument({
      what: `a ${dtype} tensor cannot be computed with on this backend`,
      where: BACKEND_NAME,
      got: dtype,
      expected: 'float32, int32 or bool',
      mend: "Convert it first, or switch to another backend with tf.setBackend('cpu').",
    });
  }

  /** Records an operation and returns its result, which is not computed yet. */
  record(
    operation: TraceOperation,
    inputs: readonly (TensorInfo | TraceNode)[],
    attributes: Attributes,
    shape: number[],
    dtype: DataType,
  ): TensorInfo {
    // Nothing to compute, and ONNX reads an extent of 0 as "the same as before".
    if (sizeOf(shape) === 0) return this.zeros(shape, dtype);
    const nodes = inputs.map((input) => (input instanceof TraceNode ? input : this.node(input)));
    return this.recordNode(this.pending(operation, nodes, attributes, shape, numeric(dtype)));
  }

  /** A tensor for a node that {@link pending} made. */
  recordNode(node: TraceNode): TensorInfo {
    const dataId = {};
    this.storage.set(dataId, { references: 1, node });
    this.live.add(node);
    if (this.live.size >= LONGEST_TRACE && this.canRunNow) this.computeNow();
    return { dataId, shape: node.shape, dtype: node.dtype };
  }

  /** A node that takes part in the trace, without a tensor of its own. */
  pending(
    operation: TraceOperation,
    inputs: TraceNode[],
    attributes: Attributes,
    shape: number[],
    dtype: NumericType,
  ): TraceNode {
    for (const input of inputs) input.users++;
    return new TraceNode(operation, inputs, attributes, shape, dtype);
  }

  /** Makes a pending node the result of another operation. */
  replace(node: TraceNode, operation: TraceOperation, inputs: TraceNode[], attributes: Attributes): void {
    for (const input of inputs) input.users++;
    const before = node.inputs;
    node.become(operation, inputs, attributes);
    for (const input of before) this.release(input);
  }

  /** The same values under another shape or none at all: shares what the tensor holds. */
  alias({ dataId }: TensorInfo, shape: number[], dtype: DataType): TensorInfo {
    this.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** A tensor of zeros that is a leaf and not a constant, so that a graph is the same for any elements. */
  zeros(shape: number[], dtype: DataType): TensorInfo {
    const info = { dataId: this.write(null as unknown as BackendValues, shape, dtype), shape, dtype };
    if (dtype !== 'string') this.node(info).isZeros = true;
    return info;
  }

  /** Results that only a kernel needed. */
  drop(...tensors: TensorInfo[]): void {
    for (const { dataId } of tensors) this.disposeData(dataId);
  }

  // ---- gradients that are accounted for elsewhere, see batch-norm.ts

  /** Whether a tensor is a gradient that is zero throughout and was never made. */
  isAbsent(tensor: TensorInfo): boolean {
    return this.node(tensor).absent;
  }

  /** A linear operation of absent gradients alone has an absent result. */
  markAbsentAfter(inputs: readonly TensorInfo[], result: TensorInfo): void {
    if (inputs.every((input) => this.isAbsent(input))) this.node(result).absent = true;
  }

  // ---- computing

  /** Computes everything that is pending. */
  async compute(): Promise<void> {
    if (this.canRunNow) {
      this.computeNow();
      return;
    }
    // One graph at a time: a second one may need the first one's results.
    const turn = this.running.then(async () => {
      const plan = this.plan();
      if (plan === undefined) return;
      const program =
        this.sessions.get(plan.key) ?? this.compiled(plan, await createSession(...this.prepare(plan)));
      const { feeds, fetches, buffers } = this.bind(plan, program);
      const start = performance.now();
      await program.session.run(feeds, fetches);
      this.statistics.runMs += performance.now() - start;
      this.settle(plan, program, buffers);
    });
    this.running = turn.catch(() => undefined);
    await turn;
  }

  /** Computes everything that is pending, without returning to the event loop. */
  computeNow(): void {
    const start = performance.now();
    const plan = this.plan();
    if (plan === undefined) return;
    try {
      this.computePlan(plan, start);
    } catch (error) {
      for (const node of plan.outputs) {
        this.live.delete(node);
        this.failed.add(node);
      }
      throw error;
    }
  }

  /** Computes a node, with everything else that is pending if that can be computed. */
  private computeNode(node: TraceNode): void {
    if (node.data !== null) return;
    if (!this.failed.has(node)) {
      try {
        this.computeNow();
        return;
      } catch (error) {
        if (!this.failed.has(node)) throw error;
      }
    }
    // Some other part of what was pending may have been at fault.
    const plan = this.plan([node]);
    if (plan !== undefined) this.computePlan(plan, performance.now());
  }

  /** Computes what {@link OnnxRuntimeBackend.plan} found. @returns the graph, which can be run again with {@link rerun} */
  computePlan(plan: Plan, start: number): Program {
    let program = this.sessions.get(plan.key);
    const planned = performance.now();
    program ??= this.compiled(plan, createSessionNow(...this.prepare(plan)));
    const compiled = performance.now();
    const { feeds, fetches, buffers } = this.bind(plan, program);
    const bound = performance.now();
    program.session.runNow!(feeds, fetches);
    const ran = performance.now();
    this.settle(plan, program, buffers);
    const { statistics } = this;
    statistics.compileMs += compiled - planned;
    statistics.runMs += ran - bound;
    statistics.bookkeepingMs += planned - start + (bound - compiled) + (performance.now() - ran);
    return program;
  }

  /** A compiled graph, or undefined if the cache has let go of it. */
  program(key: string): Program | undefined {
    return this.sessions.get(key);
  }

  /** Runs a graph with other leaves and returns tensors for its outputs, which have the types of `outputs`. */
  rerun(
    program: Program,
    leaves: readonly TraceNode[],
    outputs: readonly Pick<TraceNode, 'shape' | 'dtype'>[],
  ): TensorInfo[] {
    const start = performance.now();
    const nodes = outputs.map(({ shape, dtype }) => new TraceNode(null, [], null, shape, dtype));
    const { feeds, fetches, buffers } = this.bind({ leaves, outputs: nodes }, program);
    const bound = performance.now();
    program.session.runNow!(feeds, fetches);
    const ran = performance.now();
    const tensors = nodes.map((node, i) => {
      this.fillIn(node, buffers[i]!, program.outputs[i]!.layout);
      const dataId = {};
      this.storage.set(dataId, { references: 1, node });
      return { dataId, shape: node.shape, dtype: node.dtype };
    });
    const { statistics } = this;
    statistics.runs++;
    statistics.runMs += ran - bound;
    statistics.bookkeepingMs += bound - start + (performance.now() - ran);
    return tensors;
  }

  /** Whether a tensor's elements are here and not on another backend. */
  holds({ dataId }: TensorInfo): boolean {
    return this.storage.has(dataId);
  }

  /** Nodes that a tensor refers to and that are not computed yet. */
  pendingResults(): ReadonlySet<TraceNode> {
    return this.live;
  }

  /** Keeps a leaf's elements although its tensor may be disposed. */
  retain(node: TraceNode): void {
    node.users++;
  }

  /** Undoes {@link retain}. */
  letGo(node: TraceNode): void {
    this.release(node);
  }

  /** Computes what is pending if that can be done without waiting. */
  computeIfPossible(): void {
    if (this.canRunNow) this.computeNow();
  }

  /** The graphs compiled from now on write a profile each to `PREFIX_*.json` when they are released. */
  profileTo(prefix: string): void {
    this.profilePrefix = prefix;
  }

  /** Forgets all compiled graphs, which frees their working memory. */
  releaseSessions(): void {
    this.sessions.clear();
  }

  private entryOf(
    values: BackendValues | null,
    shape: number[],
    dtype: DataType,
    copy: boolean,
  ): { node: TraceNode } | { strings: BackendValues } {
    if (dtype === 'string') return { strings: values! };
    const type = numeric(dtype);
    const node = new TraceNode(null, [], null, shape, type);
    const size = sizeOf(shape);
    const fitting = values instanceof newElements(type, 0).constructor;
    if (values !== null && fitting && !copy) node.data = values as Elements;
    else {
      // What is computed later must not see what the caller writes into his array in the meantime.
      node.data = this.pool.take(type, size);
      node.pooled = true;
      if (values === null) node.data.fill(0);
      else node.data.set(values as ArrayLike<number>);
    }
    this.heldBytes += node.data.byteLength;
    return { node };
  }

  private elementsOf(node: TraceNode): Elements {
    if (node.data === null) throw new Error('a value was read that was not computed');
    return toLogicalOrder(node.data, node.shape, node.layout);
  }

  /** Called when no tensor refers to a node any more. */
  private abandon(node: TraceNode): void {
    this.live.delete(node);
    this.failed.delete(node);
    node.disposed = true;
    this.reclaim(node);
  }

  private release(node: TraceNode): void {
    node.users--;
    this.reclaim(node);
  }

  /** Lets go of a node that neither a tensor nor another node needs. */
  private reclaim(start: TraceNode): void {
    const stack = [start];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (node.users > 0 || (!node.disposed && (node.data !== null || this.isWanted(node)))) continue;
      const { inputs } = node;
      node.inputs = [];
      for (const input of inputs) {
        input.users--;
        stack.push(input);
      }
      if (node.data === null) continue;
      this.heldBytes -= node.data.byteLength;
      if (node.pooled) this.pool.give(node.dtype, node.data);
      node.data = null;
      node.pooled = false;
      node.disposed = true;
    }
  }

  /** Whether a tensor refers to a pending node. */
  private isWanted(node: TraceNode): boolean {
    return this.live.has(node) || this.failed.has(node);
  }

  /** Everything pending in post-order from its results, so that equal wiring gives equal keys. */
  plan(wanted: Iterable<TraceNode> = this.live): Plan | undefined {
    let outputs = [...wanted].sort((a, b) => a.id - b.id);
    if (outputs.length === 0) return undefined;
    const mark = ++this.marks;
    const nodes: TraceNode[] = [];
    const path: TraceNode[] = [];
    const next: number[] = [];
    for (const output of outputs) {
      if (output.mark === mark) continue;
      output.mark = mark;
      path.push(output);
      next.push(0);
      while (path.length > 0) {
        const node = path[path.length - 1]!;
        const i = next[next.length - 1]!;
        if (node.data === null && i < node.inputs.length) {
          next[next.length - 1] = i + 1;
          const input = node.inputs[i]!;
          if (input.mark !== mark) {
            input.mark = mark;
            path.push(input);
            next.push(0);
          }
        } else {
          node.position = nodes.length;
          nodes.push(node);
          path.pop();
          next.pop();
        }
      }
    }
    if (this.failed.size > 0) {
      // On the way lie results that tensors still refer to.
      outputs = nodes.filter((node) => node.data === null && this.isWanted(node));
    }
    const parts: string[] = [];
    const leaves: TraceNode[] = [];
    for (const node of nodes) {
      if (node.data !== null) {
        leaves.push(node);
        parts.push(`L${node.dtype}${node.shape}/${node.layout ?? ''}`);
      } else {
        let part = node.key;
        for (const input of node.inputs) part += `,${input.position}`;
        parts.push(part);
      }
    }
    for (const output of outputs) parts.push(`${output.position}`);
    return { key: parts.join(';'), nodes, leaves, outputs };
  }

  private lowered: ReturnType<typeof lowerTrace> | undefined;

  private prepare(plan: Plan): [Uint8Array<ArrayBuffer>, SessionOptions] {
    this.lowered = lowerTrace(plan.nodes, plan.outputs, capabilitiesOf(this.options));
    return [this.lowered.model, { ...this.options, profilePrefix: this.profilePrefix }];
  }

  private compiled(plan: Plan, session: Session): Program {
    const { inputs, outputs, nodes } = this.lowered!;
    this.lowered = undefined;
    const program: Program = { session, inputs, outputs, nodes };
    this.sessions.set(plan.key, program);
    this.statistics.compilations++;
    this.statistics.traceNodes = plan.nodes.length;
    this.statistics.onnxNodes = nodes;
    return program;
  }

  private bind(
    { leaves, outputs }: { leaves: readonly TraceNode[]; outputs: readonly TraceNode[] },
    program: Program,
  ) {
    const feeds: TensorMap = {};
    leaves.forEach((leaf, i) => {
      const name = program.inputs[i];
      if (typeof name !== 'string') return;
      feeds[name] = ortTensor(leaf.dtype, leaf.data!, toPhysical(leaf.shape, leaf.layout));
    });
    const fetches: TensorMap = {};
    const buffers = outputs.map((node, i) => {
      const { name, layout } = program.outputs[i]!;
      const buffer = this.pool.take(node.dtype, node.size);
      fetches[name] = ortTensor(node.dtype, buffer, toPhysical(node.shape, layout));
      return buffer;
    });
    return { feeds, fetches, buffers };
  }

  /** Makes a node a leaf with elements that belong to the pool. */
  private fillIn(node: TraceNode, buffer: Elements, layout: Layout): void {
    node.data = buffer;
    node.layout = layout;
    node.pooled = true;
    this.heldBytes += buffer.byteLength;
  }

  /** Turns what was computed into leaves and lets go of what led to it. */
  private settle({ nodes, outputs }: Plan, program: Program, buffers: Elements[]): void {
    outputs.forEach((node, i) => {
      this.fillIn(node, buffers[i]!, program.outputs[i]!.layout);
      this.live.delete(node);
      this.failed.delete(node);
    });
    for (const node of nodes) {
      const { inputs } = node;
      node.inputs = [];
      for (const input of inputs) this.release(input);
    }
    for (const node of outputs) this.reclaim(node);
    this.statistics.runs++;
  }
}

function numeric(dtype: DataType): NumericType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw invalidArgument({
    what: `the type ${dtype} is not supported on this backend`,
    where: BACKEND_NAME,
    got: dtype,
    expected: 'float32, int32 or bool',
    mend: "Compute this part on another backend: tf.setBackend('cpu').",
  });
}

/** The active backend if it is this one. */
export function activeOnnxRuntimeBackend(): OnnxRuntimeBackend | undefined {
  const { backend } = engine();
  return backend instanceof OnnxRuntimeBackend ? backend : undefined;
}

/**
 * Version, execution provider and threads of the active backend, for people.
 *
 * @throws LesionError `ENGINE_UNAVAILABLE` if another backend is active
 */
export function describeOnnxRuntime(): string {
  const backend = activeOnnxRuntimeBackend();
  if (backend !== undefined) return backend.describe();
  throw new LesionError('ENGINE_UNAVAILABLE', {
    what: 'the active backend is another one',
    where: BACKEND_NAME,
    mend: "Call await tf.setBackend('onnxruntime') first.",
  });
}

/** The shape with -1 worked out. */
export function inferShape(shape: number[], size: number): number[] {
  return util.inferFromImplicitShape(shape, size);
}
