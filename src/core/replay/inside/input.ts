// What a replay inside the isolate is told, and how it leaves a call that cannot go on.
import type { Manifest } from '../../instrument/manifest.ts';

export interface DriverInput {
  readonly manifest: Manifest;
  /** Texts of own code; without them those of the manifest. */
  readonly sources?: readonly string[];
  readonly changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly changesAt: number;
  readonly until: number;
  /** Call whose locals are wanted, or 0. */
  readonly watch: number;
  readonly stopBefore: number;
  readonly counterfactual: boolean;
  /** The tape lost its end: a call may stop anywhere. */
  readonly endsEarly: boolean;
  readonly redact: readonly string[];
  /** Number of a function whose runs are counted and timed; 0: none. */
  readonly timed: number;
  /** Counterfactual: requests that own code answered itself in the recording. */
  readonly ownAnswers: readonly number[];
}

/** Thrown through own code when its call cannot go on; own catch blocks meet it again at their next operation. */
export class Abandon extends Error {
  readonly site: number;
  readonly ask: string;

  constructor(message: string, site = 0, ask = '') {
    super(message);
    this.site = site;
    this.ask = ask;
  }
}
