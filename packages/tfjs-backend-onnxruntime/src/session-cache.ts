/** Compiled graphs by their structure; the one not used for the longest time goes first. */
import type { Layout } from './layout.js';
import type { Session } from './runtime.js';

/** A graph ready to run, and how its inputs and outputs are called. */
export interface Program {
  session: Session;
  /** For each leaf in the order of the walk: its input's name, or null if the graph does not read it. */
  inputs: (string | null)[];
  outputs: { name: string; layout: Layout }[];
  /** Nodes of the ONNX graph. */
  nodes: number;
}

export class SessionCache {
  private readonly programs = new Map<string, Program>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.programs.size;
  }

  get(key: string): Program | undefined {
    const program = this.programs.get(key);
    if (program !== undefined) {
      this.programs.delete(key);
      this.programs.set(key, program);
    }
    return program;
  }

  set(key: string, program: Program): void {
    this.programs.set(key, program);
    while (this.programs.size > this.capacity) {
      const [oldest, evicted] = this.programs.entries().next().value!;
      this.programs.delete(oldest);
      evicted.session.release();
    }
  }

  clear(): void {
    for (const { session } of this.programs.values()) session.release();
    this.programs.clear();
  }
}
