// What looking at and editing a running process gives to the magics: plain JSON-safe data, and the functions that make
// them. index.ts exports functions of exactly these types (see LiveState). Access is checked before these are called.
import type { TypeAnswer } from '../../core/cells/language-service.ts';
import type { Milliseconds } from '../../core/common/units.ts';
import type { Handle, LiveMember, LiveValue } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';

export interface InspectReport {
  /** The live name, completed: `src/cart.ts#carts`. */
  readonly name: string;
  readonly value: LiveValue;
  readonly members: readonly LiveMember[];
  /** How many there are in all. */
  readonly total: number;
  readonly place?: string;
  /** Source of a function. */
  readonly source?: string;
}

export interface EditPreview {
  readonly name: string;
  readonly kind: 'value' | 'function';
  readonly before: string;
  readonly after: string;
  /** Unified, without headers. */
  readonly diff: string;
  /** Which check of types was made: `checked against src/cart.ts`, `shape only: …`, `not checked: …`. */
  readonly types: string;
  /** Errors stop the edit, warnings do not. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Errors of syntax always stop; the others are warnings when the edit is made unchecked. */
  readonly check: 'syntax' | 'types' | 'shape';
  readonly message: string;
  /** `TS2322` */
  readonly code?: string;
  /** In the new text, from 1. */
  readonly line?: number;
}

/** The language service, handed in by whoever composes. */
export interface TypeChecker {
  errorsOf(path: string, texts: readonly string[]): Promise<TypeAnswer>;
}

export interface PreviewOptions {
  /** Without one, types are not checked. */
  readonly types?: TypeChecker;
  /** What the checks of types and shape find are warnings. */
  readonly unchecked?: boolean;
}

export interface EditReport extends EditPreview {
  /** Number in the journal: what `%edit undo 3` takes. */
  readonly id: number;
  readonly state: 'applied' | 'undone' | 'failed';
  readonly at: string;
  readonly pid: number;
  readonly mechanism: string;
  readonly pause: Milliseconds;
  /** Where the backup lies. */
  readonly backup: string;
  /** Read back after the write and equal to what was asked. */
  readonly verified: boolean;
  readonly references: readonly string[];
  readonly missed: readonly { readonly place: string; readonly reason: string }[];
}

export interface UndoReport {
  readonly id: number;
  readonly name: string;
  readonly restored: string;
  /** Read back after the undo and equal to what was there before the edit. */
  readonly verified: boolean;
  readonly pause: Milliseconds;
}

export interface EditOptions extends PreviewOptions {
  /** Made just before, so that it is not made again. */
  readonly preview?: EditPreview;
  /** Stops with DS5003 when the present value's preview differs. */
  readonly expected?: string;
  /** Object of which the name is to be a member; stops with DS5003 when it leads to another one by now. */
  readonly holder?: Handle;
}

export interface UndoOptions {
  /** Also when the app has changed the value since the edit; what it wrote is lost. */
  readonly force?: boolean;
}

/** What index.ts exports. */
export interface LiveState {
  /** Reads a live name: `src/cart.ts#carts.get("42").items[0]`, a module, or a module's directory. */
  inspectName(target: Target, name: string, options?: { readonly limit?: number }): Promise<InspectReport>;
  /** Live names that continue `prefix`, for completion. */
  completeName(target: Target, prefix: string): Promise<readonly string[]>;
  previewValue(target: Target, name: string, expression: string, options?: PreviewOptions): Promise<EditPreview>;
  editValue(target: Target, name: string, expression: string, options?: EditOptions): Promise<EditReport>;
  previewFunction(target: Target, name: string, source: string, options?: PreviewOptions): Promise<EditPreview>;
  editFunction(target: Target, name: string, source: string, options?: EditOptions): Promise<EditReport>;
  /** The last applied edit of this target, or the one with that number. */
  undoEdit(target: Target, id?: number, options?: UndoOptions): Promise<UndoReport>;
  /** From the journal on disk: also edits of earlier devsandbox processes. */
  editHistory(target: Target): Promise<readonly EditReport[]>;
}
