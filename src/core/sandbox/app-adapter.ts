// The front's side of `app`: requests of a cell, answered by a target.
import { fail } from '../common/errors.ts';
import type { LiveMember, LiveValue } from '../targets/live-value.ts';
import type { Place, Target } from '../targets/target.ts';
import { accessOfAppRequest } from './app-protocol.ts';
import type { AppMethod, AppPlace, AppRequests } from './app-protocol.ts';

export interface AppAccess {
  /** Throws DS5001 unless the access is open; audits either way. */
  readonly access: (kind: 'edit' | 'code', operation: string) => void;
}

export const isAppRequest = (method: string): boolean => method.startsWith('app.');

/** Answers one request of a cell about `app`. */
export async function answerAppRequest(target: Target, method: string, parameters: unknown, { access }: AppAccess): Promise<unknown> {
  const needed = accessOfAppRequest(method);
  if (needed) access(needed, describe(method, parameters));
  const answer = answers[method as AppMethod] as ((target: Target, parameters: unknown) => Promise<unknown>) | undefined;
  if (!answer) throw fail('DS2023', { operation: method });
  return answer(target, parameters);
}

type Answers = { readonly [M in AppMethod]: (target: Target, parameters: AppRequests[M]['parameters']) => Promise<AppRequests[M]['result']> };

const answers: Answers = {
  'app.modules': async (target) => {
    const modules = await target.modules();
    return modules.toSorted((a, b) => Number(b.own) - Number(a.own)).map((module) => module.id);
  },
  'app.moduleMembers': (target, { module }) => target.moduleMembers(module),
  'app.read': async (target, { place }) => {
    const accessor = 'handle' in place ? undefined : await accessorOf(target, place);
    return accessor ?? target.read(await resolvePlace(target, place));
  },
  'app.members': (target, { handle, start, count }) =>
    start === undefined || count === undefined ? target.members(handle) : target.members(handle, { start, count }),
  'app.write': async (target, { place, expression }) => {
    const { mechanism } = await target.write(await resolvePlace(target, place), expression);
    return { mechanism };
  },
  'app.call': (target, { fn, receiver, args }): Promise<LiveValue> => target.call(fn, receiver, args),
  'app.release': async (target, { handles }) => {
    await target.release(handles);
    return null;
  },
  'app.ports': (target) => Promise.resolve(target.info.ports),
};

type ModulePlace = Extract<AppPlace, { readonly module: string }>;

const memberNamed = async (target: Target, place: ModulePlace): Promise<LiveMember | undefined> =>
  (await target.moduleMembers(place.module)).find((member) => member.step === place.name || (member.key.kind === 'string' && member.key.value === place.name));

/** An export that is a getter is described, not read. */
async function accessorOf(target: Target, place: ModulePlace): Promise<LiveMember['value'] | undefined> {
  const member = await memberNamed(target, place);
  if (!member) return { kind: 'undefined' };
  return member.value.kind === 'accessor' ? member.value : undefined;
}

async function resolvePlace(target: Target, place: AppPlace): Promise<Place> {
  if ('handle' in place) return place;
  const member = await memberNamed(target, place);
  return member?.origin === 'variable' ? { module: place.module, variable: place.name } : { module: place.module, exported: place.name };
}

const describe = (method: string, parameters: unknown): string => {
  const place = (parameters as { place?: AppPlace }).place;
  if (method === 'app.call') return 'calling a function of the target';
  if (!place) return method;
  return 'handle' in place ? `assigning to ${place.step}` : `assigning to ${place.module}#${place.name}`;
};
