// `session.app` of the library: the target's state, read when asked. Cells read it synchronously; a program that holds
// the connection itself cannot wait, so here every read is a promise.
import { fail } from '../core/common/errors.ts';
import type { Handle, LiveMember, LiveValue } from '../core/targets/live-value.ts';
import type { TargetModule } from '../core/targets/target.ts';
import type { Services } from '../magics/services.ts';

export interface LiveModule {
  readonly id: string;
  /** Variables and exports. */
  members(): Promise<readonly LiveMember[]>;
  read(variable: string): Promise<LiveValue>;
}

export interface LiveApp {
  /** By path relative to the target's working directory: `app.modules['src/cart.ts']`. */
  readonly modules: Readonly<Record<string, LiveModule>>;
  list(): Promise<readonly TargetModule[]>;
  members(handle: Handle): Promise<readonly LiveMember[]>;
  release(...handles: readonly Handle[]): Promise<void>;
}

export function liveApp(services: Services): LiveApp {
  const moduleOf = (id: string): LiveModule => ({
    id,
    members: () => services.target().moduleMembers(id),
    read: async (variable) => {
      const members = await services.target().moduleMembers(id);
      const member = members.find((each) => each.step === variable || each.step === `.${variable}`);
      if (!member || member.value.kind === 'accessor') throw fail('DS6013', { name: `${id}#${variable}` });
      return member.value;
    },
  });
  return {
    modules: new Proxy({}, { get: (_, id) => (typeof id === 'string' ? moduleOf(id) : undefined) }),
    list: () => services.target().modules(),
    members: (handle) => services.target().members(handle),
    release: (...handles) => services.target().release(handles),
  };
}
