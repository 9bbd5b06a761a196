// What a replay notes of each root call.

export interface RawDivergence {
  readonly what: string;
  readonly seq: number;
  readonly site: number;
  readonly expected: Uint8Array | string;
  readonly actual: Uint8Array | string;
}

export interface CallAccount {
  readonly call: number;
  readonly request: number;
  readonly fn: number;
  readonly seq: number;
  /** Microseconds since the start of the tape. */
  readonly at: number;
  asks: number;
  nested: number;
  /** Runs of the timed function, and the milliseconds spent in them. */
  runs: number;
  spent: number;
  ended: boolean;
  /** It came to its first await. */
  left: boolean;
  failed: boolean;
  status: number;
  result: string;
  body?: string;
  /** Digest of what it answered and how it ended. */
  print: string;
  /** The site that it asked at last: where it waits when it does not end. */
  lastSite: number;
  lastAsk: string;
  /** Counterfactual: it has left the recorded path. */
  parted: boolean;
  /** Counterfactual: asks answered with what another call was answered at the same place. */
  borrowed: number;
  /** Counterfactual: asks answered with what this call was answered to other arguments. */
  adapted: number;
  /** Counterfactual: the ask that nothing on the tape answers. */
  unanswered: { readonly site: number; readonly ask: string } | undefined;
  error: { readonly name: string; readonly message: string; readonly stack: string } | undefined;
  divergence: RawDivergence | undefined;
  gap: { readonly reason: string; readonly place: string; readonly detail: string } | undefined;
  locals?: { readonly name: string; readonly preview: string }[];
}

export interface StateDifference {
  readonly seq: number;
  readonly instance: number;
  readonly name: string;
  readonly last: boolean;
  readonly expected: Uint8Array;
  readonly actual: Uint8Array;
}
