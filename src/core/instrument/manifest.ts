// What a tape holds besides events, so that its calls run again from the tape alone: the sources of own code, the units
// made of them, and which live functions each unit stood for. Written when a recording starts, read by core/replay.
import type { CapturedVariable, Site } from './transform/index.ts';

export interface ManifestModule {
  readonly id: string;
  readonly url: string;
  readonly format: 'module' | 'commonjs';
  readonly source: string;
  readonly functionBase: number;
  readonly siteBase: number;
  readonly sites: readonly Site[];
  /** `name` and `line` of each function, by local number. */
  readonly functions: readonly { readonly name: string; readonly line: number; readonly kind: string }[];
}

/** One unit evaluated once: the module's own level, or one activation of a function with the closures made in it. */
export interface ManifestInstance {
  /** Number by which `state` events name it. */
  readonly index: number;
  /** Index into `modules`. */
  readonly module: number;
  readonly kind: 'module' | 'activation';
  /** Local numbers of the functions that the unit makes. */
  readonly functions: readonly number[];
  readonly code: string;
  readonly moduleVariables: readonly CapturedVariable[];
  readonly activationVariables: readonly CapturedVariable[];
  /** For each mutable activation variable the number of its cell: equal numbers are the same variable. */
  readonly cells: Readonly<Record<string, number>>;
  readonly usesThis: boolean;
}

export interface Manifest {
  readonly modules: readonly ManifestModule[];
  readonly instances: readonly ManifestInstance[];
  readonly gaps: readonly { readonly reason: string; readonly place: string; readonly detail?: string }[];
  readonly meta: Readonly<Record<string, unknown>>;
}
