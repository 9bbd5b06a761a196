// Values and members by handle, #private ones included, which only the inspector shows. Places of functions are added
// here, since only V8 knows them.
import type { Protocol } from 'devtools-protocol';
import { fail } from '../../common/errors.ts';
import type { Handle, LiveMember, LiveValue } from '../live-value.ts';
import type { Answer } from './agent/state.ts';
import type { Modules } from './modules.ts';
import { Remote, RemoteValue, type NodeSession, type ObjectGroup } from './session.ts';
import type { Scopes } from './scopes.ts';

export class Values {
  readonly #session: NodeSession;
  readonly #modules: Modules;
  readonly #scopes: Scopes;

  constructor(session: NodeSession, modules: Modules, scopes: Scopes) {
    this.#session = session;
    this.#modules = modules;
    this.#scopes = scopes;
  }

  async read(handle: Handle, step: string): Promise<LiveValue> {
    if (step.startsWith('#')) {
      using group = this.#session.group();
      const property = (await this.#privates(handle, group)).find((each) => each.name === step);
      if (!property) throw fail('DS1021', { place: step });
      if (!property.value) throw fail('DS1022', { place: step });
      return await this.describe(property.value, step.slice(1));
    }
    const answer = await this.#session.invoke<Answer<{ readonly value: LiveValue }>>('state.read', handle, step);
    if ('problem' in answer) throw problemOf(answer.problem, step, handle, answer.reason);
    return this.withPlace(answer.value);
  }

  async members(
    handle: Handle,
    range: { readonly start: number; readonly count: number },
  ): Promise<readonly LiveMember[]> {
    using group = this.#session.group();
    const [answer, privates] = await Promise.all([
      this.#session.invoke<Answer<{ readonly members: readonly LiveMember[] }>>(
        'state.members',
        handle,
        range.start,
        range.count,
      ),
      range.start === 0 ? this.#privates(handle, group) : [],
    ]);
    if ('problem' in answer) throw problemOf(answer.problem, '', handle, answer.reason);
    const values = await this.describeAll(
      privates.map(({ name, value }) => ({ name: name.slice(1), value: value ?? { type: 'undefined' } })),
    );
    const hidden = privates.map(({ name, value, get, set }, i): LiveMember => ({
      step: name,
      key: { kind: 'string', value: name },
      value: value ? values[i]! : { kind: 'accessor', getter: get !== undefined, setter: set !== undefined },
      writable: value !== undefined,
      enumerable: false,
      origin: 'private',
    }));
    return await this.#withPlaces([...answer.members, ...hidden]);
  }

  async release(handles: readonly Handle[]): Promise<void> {
    await this.#session.invoke('state.release', handles);
  }

  /** Of a value that the inspector gave. */
  async describe(value: Protocol.Runtime.RemoteObject, name?: string): Promise<LiveValue> {
    return this.withPlace((await this.describeAll([{ name, value }]))[0]!);
  }

  async describeAll(
    values: readonly { readonly name?: string | undefined; readonly value: Protocol.Runtime.RemoteObject }[],
  ): Promise<readonly LiveValue[]> {
    if (values.length === 0) return [];
    return this.#session.invoke<LiveValue[]>(
      'state.describeAll',
      values.map((each) => each.name ?? null),
      ...values.map((each) => new RemoteValue(each.value)),
    );
  }

  /** Adds where a function is written. */
  async withPlace(value: LiveValue): Promise<LiveValue> {
    if (value.kind !== 'function') return value;
    const place = await this.#placeOf(value.handle);
    return place === undefined ? value : { ...value, place };
  }

  /** The object behind a handle, for requests of the inspector. */
  async remote(handle: Handle, group: ObjectGroup): Promise<Remote> {
    const object = await this.#session.remoteIn(group, 'object', handle);
    if (object.objectId === undefined) throw fail('DS1024', { handle });
    return new Remote(object.objectId);
  }

  async #withPlaces(members: readonly LiveMember[]): Promise<readonly LiveMember[]> {
    // Each costs two requests: for what a person can take in at once.
    const limit = 100;
    return Promise.all(
      members.map(async (member, i) =>
        i < limit && member.value.kind === 'function'
          ? { ...member, value: await this.withPlace(member.value) }
          : member,
      ),
    );
  }

  /** Known once V8's debugger is on; to name a place is not worth the stop that switching it on takes. */
  async #placeOf(handle: Handle): Promise<string | undefined> {
    if (!this.#session.hasScripts) return undefined;
    using group = this.#session.group();
    const object = await this.#session.remoteIn(group, 'object', handle);
    if (object.objectId === undefined) return undefined;
    const { place } = await this.#scopes.look(object.objectId);
    if (!place) return undefined;
    const script = (await this.#session.scripts()).byId(place.scriptId);
    if (!script?.url) return undefined;
    return `${script.path === undefined ? script.url : this.#modules.idOf(script.path)}:${place.line + 1}`;
  }

  async #privates(handle: Handle, group: ObjectGroup): Promise<readonly Protocol.Runtime.PrivatePropertyDescriptor[]> {
    const object = await this.#session.remoteIn(group, 'object', handle);
    if (object.objectId === undefined) return [];
    const { privateProperties = [] } = await this.#session.cdp.send('Runtime.getProperties', {
      objectId: object.objectId,
      ownProperties: true,
    });
    // Fields that the recorder stamps on are ours.
    return privateProperties.filter((each) => !each.name.startsWith('#devsandbox'));
  }
}

/** The coded error for what the agent says it could not do. */
export function problemOf(problem: string, place: string, handle?: number, reason?: string): Error {
  switch (problem) {
    case 'released':
      return fail('DS1024', { handle });
    case 'accessor':
      return fail('DS1022', { place });
    case 'proxy':
      return fail('DS1023', { place });
    case 'changed':
      return fail('DS5003', { name: place, expected: 'what was read before', actual: reason ?? 'something else' });
    case 'expression':
      return fail('DS1027', { reason });
    case 'refused':
    case 'const':
      return fail('DS1026', { place, reason });
    default:
      return fail('DS1021', { place: place === '' ? 'it' : place });
  }
}
