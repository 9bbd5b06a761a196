// What a tape holds besides events, so that its calls run again from the tape alone: the sources of own code, the units
// made of them, and which live functions each unit stood for. Written when a recording starts, read by core/replay.
import type { CapturedVariable, Site } from './transform/index.ts';

export interface ManifestModule {
  readonly id: string;
  readonly url: string;
  readonly format: 'module' | 'commonjs';
  /** As it ran; of a module in a loader's wrapper the text inside. */
  readonly source: string;
  /** Parameters of that wrapper. */
  readonly wrapper?: readonly string[];
  /** What a person wrote, where it is another text, and how to get there from `source`; see original.ts. */
  readonly original?: { readonly source: string; readonly mappings: string };
  readonly functionBase: number;
  readonly siteBase: number;
  readonly sites: readonly Site[];
  /** `name` and place of each function, by local number; older tapes have no column. */
  readonly functions: readonly {
    readonly name: string;
    readonly line: number;
    readonly column?: number;
    readonly kind: string;
  }[];
}

/**
 * One unit evaluated once: the module's own level, one activation of a function with the closures made in it, or a whole
 * module (`program`), which begins with its top and has no start state.
 */
export interface ManifestInstance {
  /** Number by which `state` events name it. */
  readonly index: number;
  /** Index into `modules`. */
  readonly module: number;
  readonly kind: 'module' | 'activation' | 'program';
  /** Local numbers of the functions that the unit makes; of a program its top. */
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
