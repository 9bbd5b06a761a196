// What magics work with: the session's parts, built once by compose.ts. Features are reached only through here, so
// that a magic never builds anything and a feature never knows who asked.
import type { CellGrants } from '../core/sandbox/ports.ts';
import type { AccessKind, Session } from '../core/session/session.ts';
import type { TargetCandidate } from '../core/targets/index.ts';
import type { Target } from '../core/targets/target.ts';
import type { Experiments } from '../features/experiments/types.ts';
import type { LiveState, TypeChecker } from '../features/livestate/types.ts';
import type { Recording, TimeTravel } from '../features/timetravel/types.ts';

export interface Services {
  readonly session: Session;
  /** Where tapes are written and looked for. */
  readonly tapesDirectory: string;
  /** The attached target; throws DS1003 when there is none. */
  target(): Target;
  listTargets(): Promise<readonly TargetCandidate[]>;
  /** Detaches from the present target first. */
  attach(selector: string): Promise<Target>;
  detach(): Promise<void>;
  /** Throws DS5001 unless the access is open; audits either way. */
  requireAccess(kind: AccessKind, operation: string): void;
  setGrants(grants: CellGrants): Promise<void>;
  /** The recording that runs now, kept here from `%record` to `%record stop`. */
  recording: Recording | undefined;
  /** Features, each loaded on first use. */
  timetravel(): Promise<TimeTravel>;
  livestate(): Promise<LiveState>;
  /** Started when it is first asked. */
  readonly types: TypeChecker;
  experiments(): Promise<Experiments>;
}
