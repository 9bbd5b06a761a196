// The front's side of `app`: requests of a cell, answered by a target.
import { fail, isDevsandboxError } from '../common/errors.ts';
import type { Handle, LiveMember, LiveValue } from '../targets/live-value.ts';
import type { Place, Target } from '../targets/target.ts';
import { accessOfAppRequest } from './app-protocol.ts';
import type { AppMethod, AppPlace, AppRequests } from './app-protocol.ts';

export interface AppAccess {
  /** Throws DS5001 unless the access is open; audits either way. */
  readonly access: (kind: 'edit' | 'code', operation: string) => void;
  /** Makes an assignment an edit that can be undone. `holder`: the object of which a property is assigned. */
  readonly edit: (
    name: string,
    expression: string,
    holder: Handle | undefined,
  ) => Promise<{ readonly mechanism: string }>;
}

export const isAppRequest = (method: string): boolean => method.startsWith('app.');

/** Answers one request of a cell about `app`. */
export async function answerAppRequest(
  target: Target,
  method: string,
  parameters: unknown,
  { access, edit }: AppAccess,
): Promise<unknown> {
  const needed = accessOfAppRequest(method);
  if (needed) access(needed, describe(method, parameters));
  if (method === 'app.write') {
    const { name, expression, holder } = parameters as AppRequests['app.write']['parameters'];
    const { mechanism } = await edit(name, expression, holder);
    return { mechanism };
  }
  const answer = answers[method as keyof Answers] as
    | ((target: Target, parameters: unknown) => Promise<unknown>)
    | undefined;
  if (!answer) throw fail('DS2023', { operation: method });
  return answer(target, parameters);
}

type Answers = {
  readonly [M in Exclude<AppMethod, 'app.write'>]: (
    target: Target,
    parameters: AppRequests[M]['parameters'],
  ) => Promise<AppRequests[M]['result']>;
};

const answers: Answers = {
  'app.modules': async (target) => {
    const modules = await target.modules();
    return modules.toSorted((a, b) => Number(b.own) - Number(a.own)).map((module) => module.id);
  },
  'app.moduleMembers': (target, { module }) => target.moduleMembers(module),
  'app.read': (target, { place }) => readPlace(target, place),
  'app.members': (target, { handle, start, count }) =>
    start === undefined || count === undefined ? target.members(handle) : target.members(handle, { start, count }),
  'app.call': (target, { fn, receiver, args }): Promise<LiveValue> => target.call(fn, receiver, args),
  'app.release': async (target, { handles }) => {
    await target.release(handles);
    return null;
  },
  'app.ports': (target) => Promise.resolve(target.info.ports),
};

/** What JavaScript would find: nothing there is `undefined`, and a getter is described instead of being run. */
async function readPlace(target: Target, place: AppPlace): Promise<LiveMember['value']> {
  try {
    return await firstOf(placesOf(place), (each) => target.read(each));
  } catch (error) {
    if (isCode(error, 'DS1021')) return { kind: 'undefined' };
    if (isCode(error, 'DS1022')) return { kind: 'accessor', getter: true, setter: false };
    throw error;
  }
}

/** A cell does not say whether it means a variable or an export; nearly always it is both. */
const placesOf = (place: AppPlace): readonly Place[] =>
  'handle' in place
    ? [place]
    : [
        { module: place.module, variable: place.name },
        { module: place.module, exported: place.name },
      ];

/** The first place that can be reached; otherwise the reason of the last that exists. */
async function firstOf<T>(places: readonly Place[], work: (place: Place) => Promise<T>): Promise<T> {
  let reason: unknown;
  for (const place of places) {
    try {
      return await work(place);
    } catch (error) {
      if (!isCode(error, 'DS1021') && !isCode(error, 'DS1025')) throw error;
      if (reason === undefined || !isCode(error, 'DS1021')) reason = error;
    }
  }
  throw reason;
}

const isCode = (error: unknown, code: string): boolean => isDevsandboxError(error) && error.code === code;

const describe = (method: string, parameters: unknown): string =>
  method === 'app.call'
    ? 'calling a function of the target'
    : method === 'app.write'
      ? `assigning to ${(parameters as AppRequests['app.write']['parameters']).name}`
      : method;
