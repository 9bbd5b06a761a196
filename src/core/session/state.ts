// What a session knows, and the operations that change it. JSON-safe, so that it can be shared and shown.

export type AccessKind = 'edit' | 'send' | 'code' | 'supervise';
export const accessKinds: readonly AccessKind[] = ['edit', 'send', 'code', 'supervise'];

/** What cells may reach besides the target; see %allow. */
export interface Grants {
  readonly fs: boolean;
  readonly net: boolean;
  readonly run: boolean;
  readonly env: boolean;
  readonly packages: readonly string[];
}

export const noGrants: Grants = { fs: false, net: false, run: false, env: false, packages: [] };

/** Milliseconds since 1970. */
export type Instant = number;

export interface Access {
  readonly since: Instant;
  /** Absent: until denied or detached. */
  readonly until?: Instant;
}

export interface CellRecord {
  readonly cell: number;
  readonly code: string;
  readonly status: 'running' | 'ok' | 'error' | 'interrupted';
  readonly ms?: number;
}

export interface TapeReference {
  readonly tape: string;
  readonly path: string;
  /** Still being recorded. */
  readonly open: boolean;
}

export interface AttachedTarget {
  readonly name: string;
  readonly pid: number;
  readonly runtime: string;
  readonly selector: string;
}

/** The target that was left last, until the next one is attached. */
export interface LeftTarget {
  readonly target: AttachedTarget;
  /** `detached`, or `exited`: it ended while it was attached. */
  readonly reason: string;
  /** What was being recorded then. */
  readonly tape: string | undefined;
}

export interface VariantRecord {
  readonly name: string;
  readonly module: string;
  readonly fn: string;
  readonly source: string;
}

export interface SessionState {
  readonly id: string;
  readonly user: string;
  readonly target: AttachedTarget | undefined;
  readonly left: LeftTarget | undefined;
  /** The newest ones; older cells are forgotten, their number goes on counting. */
  readonly cells: readonly CellRecord[];
  readonly cellCount: number;
  readonly tapes: readonly TapeReference[];
  readonly recording: string | undefined;
  readonly access: Readonly<Partial<Record<AccessKind, Access>>>;
  readonly grants: Grants;
  readonly variants: readonly VariantRecord[];
}

export type Operation = { readonly at: Instant } & (
  | { readonly type: 'cell.begin'; readonly code: string }
  | {
      readonly type: 'cell.end';
      readonly cell: number;
      readonly status: 'ok' | 'error' | 'interrupted';
      readonly ms: number;
    }
  | { readonly type: 'target.attached'; readonly target: AttachedTarget }
  | { readonly type: 'target.detached'; readonly reason: string }
  | { readonly type: 'access.allow'; readonly kinds: readonly AccessKind[]; readonly forMs?: number }
  | { readonly type: 'access.deny'; readonly kinds: readonly AccessKind[] }
  | { readonly type: 'access.expire' }
  /** Something was done, or refused, that needed access or a grant. */
  | { readonly type: 'access.used'; readonly kind: string; readonly operation: string; readonly allowed: boolean }
  | { readonly type: 'grants.allow'; readonly grants: Partial<Grants> }
  | { readonly type: 'grants.deny'; readonly grants: Partial<Grants> }
  | { readonly type: 'tape.started'; readonly tape: string; readonly path: string }
  | { readonly type: 'tape.finished'; readonly tape: string }
  | { readonly type: 'variant.defined'; readonly variant: VariantRecord }
);

export type Effect =
  | { readonly type: 'audit'; readonly what: string; readonly details: Readonly<Record<string, unknown>> }
  | { readonly type: 'grants'; readonly grants: Grants }
  /** Apply `access.expire` then. */
  | { readonly type: 'wake'; readonly at: Instant };

export const emptyState = (id: string, user: string): SessionState => ({
  id,
  user,
  target: undefined,
  left: undefined,
  cells: [],
  cellCount: 0,
  tapes: [],
  recording: undefined,
  access: {},
  grants: noGrants,
  variants: [],
});
