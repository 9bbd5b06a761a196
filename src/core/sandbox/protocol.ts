// Messages between the front and the sandbox host, over the channel that Node gives to a forked process.
import type { CellGrants, DisplayOutput, OutputChunk } from './ports.ts';
import type { ThrownData, WireReply } from './wire.ts';
import type { CellError, CellFrame } from './ports.ts';

export interface HostSettings {
  readonly cwd: string;
  /** Megabytes. */
  readonly memoryLimit: number;
}

/** An error with the positions of imported modules mapped; those in cells are mapped by the front, which has their text. */
export interface HostError extends Omit<CellError, 'codeFrame'> {
  readonly frames: readonly CellFrame[];
  /** Lines around the first frame, when that lies in a module. */
  readonly codeFrame?: string;
}

export interface HostResult {
  readonly cell: number;
  readonly status: 'ok' | 'error';
  readonly value?: Readonly<Record<string, unknown>>;
  readonly error?: HostError;
}

export type ToHost =
  | { readonly type: 'start'; readonly settings: HostSettings; readonly bundle: string }
  | { readonly type: 'run' | 'json'; readonly cell: number; readonly name: string; readonly script: string }
  | { readonly type: 'stop'; readonly cell: number; readonly ask: number }
  | {
      readonly type: 'enter';
      readonly ask: number;
      readonly method: 'members' | 'inspect' | 'assign' | 'target';
      readonly parameters: unknown;
    }
  | { readonly type: 'grants'; readonly ask: number; readonly grants: CellGrants }
  | { readonly type: 'reply'; readonly id: number; readonly reply: WireReply };

export type FromHost =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: ThrownData }
  | { readonly type: 'result'; readonly result: HostResult }
  | { readonly type: 'output'; readonly cell: number; readonly chunk: OutputChunk }
  | { readonly type: 'display'; readonly cell: number; readonly output: DisplayOutput }
  | { readonly type: 'uncaught'; readonly cell: number; readonly error: HostError }
  | { readonly type: 'answer'; readonly ask: number; readonly reply: WireReply }
  | { readonly type: 'request'; readonly id: number; readonly method: string; readonly parameters: unknown }
  /** The isolate is gone; the host is of no more use. */
  | { readonly type: 'lost'; readonly reason: 'memory' | 'other' };
