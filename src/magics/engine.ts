// What a front door holds: one conversation. The terminal, the kernel, `devsandbox run` and the library all drive this
// and nothing else, so that the same input gives the same data through each of them. Built by compose.ts.
import type { Milliseconds } from '../core/common/units.ts';
import type { CellError, CompletionList, Inspection, MimeBundle, RunListeners } from '../core/sandbox/ports.ts';
import type { Services } from './services.ts';

export interface ExecuteOptions {
  readonly listeners: RunListeners;
  /** Default: counted, kept in history, bound to `_`. */
  readonly silent?: boolean;
  readonly timeout?: Milliseconds;
}

export interface ExecuteResult {
  readonly status: 'ok' | 'error' | 'interrupted';
  /** Number of the cell, from 1. */
  readonly cell: number;
  /** Always holds `text/plain`; `application/json` where the value has a JSON form. */
  readonly data?: MimeBundle;
  readonly error?: CellError;
  readonly duration: Milliseconds;
}

export interface EngineStatus {
  /** `shop`, or undefined when nothing is attached. */
  readonly target: string | undefined;
  readonly access: string;
  readonly recording: boolean;
}

export interface Engine extends AsyncDisposable {
  readonly services: Services;
  /** Runs a cell: TypeScript, `%magic` lines, or a `%%magic` with a body. Cells queue; one runs at a time. */
  execute(code: string, options: ExecuteOptions): Promise<ExecuteResult>;
  /** Ends the running cell or magic; the session stays. */
  interrupt(): Promise<void>;
  complete(code: string, cursor: number): Promise<CompletionList>;
  inspect(code: string, cursor: number): Promise<Inspection>;
  isComplete(
    code: string,
  ): Promise<{ readonly status: 'complete' | 'incomplete' | 'invalid'; readonly indent: string }>;
  status(): EngineStatus;
  /** Runs a magic by name and options, as `session.record.start({ … })` does; gives its data. */
  invoke(
    magic: string,
    subcommand: string | undefined,
    values: Readonly<Record<string, unknown>>,
    body?: string,
  ): Promise<unknown>;
  /** A fresh isolate; the target stays attached. */
  reset(): Promise<void>;
}
