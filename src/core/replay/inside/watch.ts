// The variables of a function at the moment in which an error leaves it, for the call that somebody looks at.
import type { makeHelpers } from '../../instrument/runtime/helpers.ts';

type Locals = readonly [read: (name: string) => unknown, names: readonly string[]];

/** Makes `helpers` tell what units that were made to be watched hand over where something is thrown. */
export function watchThrows(
  helpers: ReturnType<typeof makeHelpers>,
  isWatched: () => boolean,
  tell: (error: unknown, names: readonly string[], read: (name: string) => unknown) => void,
): void {
  for (const name of ['x', 'ax'] as const) {
    const thrown = helpers[name] as (frame: unknown, error: unknown) => unknown;
    helpers[name] = (frame: unknown, error: unknown, locals?: Locals): unknown => {
      if (locals && isWatched()) tell(error, locals[1], locals[0]);
      return thrown(frame, error);
    };
  }
}
