// What the agent uses of the recorder that runs beside it in the target (recorder.ts).
import type { PrivateAccess } from './privates.ts';
import type { ProgramHost } from './program.ts';

export interface RecorderOptions {
  /** Microseconds since the recording began; monotonic. */
  readonly now: () => number;
  /** Takes a finished chunk; must not throw and must not keep the bytes after it returned. */
  readonly send: (chunk: Uint8Array) => void;
  /** Runs a callback after the current microtasks are done: process.nextTick of the target. */
  readonly defer: (callback: () => void) => void;
  /** Further names of secrets, as regular expression sources. */
  readonly redact: readonly string[];
  /** Bytes per second above which events are dropped and counted. */
  readonly maxBytesPerSecond: number;
  /** Whether an object is a proxy: Node before 20.16 does not tell everybody. */
  readonly isProxy?: (value: object) => boolean;
  /** Texts of own code: what they do not name of an heir is not own code's. */
  readonly sources?: readonly string[];
  /** A program is recorded from its first line. */
  readonly program?: RecordedProgram;
}

/** The loader's side of a program that is recorded from its first line. */
export interface RecordedProgram extends ProgramHost {
  /** Foreign code has answered a call: told before the value is written, to mark it for what it is. */
  answered(parts: readonly unknown[], value: unknown): void;
  /** Whether a module that has not begun has declared a function: it gets its number then. */
  unbegun(fn: object): boolean;
  /** An event begins to be written: there will be something to {@link Recorder.flush}. */
  wrote(): void;
}

export interface Recorder {
  /** The helper object that units take as `$`. */
  readonly helpers: object;
  /** A function of the app and its copy: calls of the one reach the other, and both are one function on the tape. */
  adopt(original: object, copy: object, functionNumber: number): void;
  /** A class of the app and its copy, with the numbers of its named members; methods become twins too. */
  adoptClass(original: object, copy: object, functionNumber: number): void;
  /** Accessors of the private names of a class, made in its scope; before its copy is made. */
  addPrivates(classNumber: number, accesses: readonly PrivateAccess[]): void;
  /** Keys of computed members of classes, by the number of the member; told before the copy is made. */
  readonly keys: Map<number, PropertyKey>;
  /** What classes extend, by the number of the class; told before the copy is made. */
  readonly parents: Map<number, unknown>;
  /** Static private fields of a class with what they hold, for its state. */
  privateStatics(classNumber: number, constructor: object): readonly (readonly [name: string, value: unknown])[];
  /** Objects own code holds that belong to foreign code although they look like data: process.env, module namespaces. */
  markForeign(value: object): void;
  /** The namespace of an own module, which own code reads as its own: it crosses by name. */
  nameNamespace(value: object, name: string): void;
  /** Own state of a unit instance; called at snapshots, must not run code of the app. */
  addState(instance: number, read: () => readonly (readonly [name: string, value: unknown])[]): void;
  /** A step that looks at a little of own state, for as long as it gives true; {@link start} is quicker then. */
  rehearse(): () => boolean;
  /** Writes the first state and begins to record. */
  start(): void;
  /** @param last no other follows */
  snapshot(last?: boolean): void;
  /** Hands over what was written so far, whole events only. */
  flush(): void;
  mark(name: string): void;
  gap(reason: string, place: string, detail: string): void;
  requestStarted(request: object, method: string, url: string): void;
  responseFinished(request: object, status: number): void;
  /** Writes the last state and turns every helper into a plain operation: copies that are still held pass through. */
  stop(): void;
  stats(): { readonly calls: number; readonly events: number; readonly bytes: number; readonly dropped: number };
}
