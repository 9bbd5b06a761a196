// Variables and exports of modules: listed, read, written. Variables are read through V8's view of the module's scope;
// `let` and functions are written through an eval closure over it, `const` by the debugger in a function that is held
// at its entry. After each write, optimised code must forget what it folded.
import type { Protocol } from 'devtools-protocol';
import { fail } from '../../common/errors.ts';
import type { Milliseconds } from '../../common/units.ts';
import type { Handle, LiveMember, LiveValue } from '../live-value.ts';
import type { WriteResult } from '../target.ts';
import type { Answer, Written } from './agent/state.ts';
import type { Modules, NodeModule } from './modules.ts';
import { Remote, type NodeSession, type ObjectGroup } from './session.ts';
import type { FoundFunction, Scopes } from './scopes.ts';
import { resuming } from './stops.ts';
import { problemOf, type Values } from './values.ts';

export class Bindings {
  readonly #session: NodeSession;
  readonly #modules: Modules;
  readonly #scopes: Scopes;
  readonly #values: Values;

  constructor(session: NodeSession, modules: Modules, scopes: Scopes, values: Values) {
    this.#session = session;
    this.#modules = modules;
    this.#scopes = scopes;
    this.#values = values;
  }

  async members(id: string): Promise<readonly LiveMember[]> {
    const module = await this.#modules.get(id);
    const exported = await this.#exportMembers(module);
    if (module.format === 'other') return exported;
    using group = this.#session.group();
    const variables = await this.#variables(module, group);
    const shape = await this.#scopes.shape(module);
    const described = await this.#values.describeAll(variables.map(({ name, value }) => ({ name, value })));
    const members = await Promise.all(
      variables.map(async ({ name }, i): Promise<LiveMember> => ({
        step: name,
        key: { kind: 'string', value: name },
        value: await this.#values.withPlace(described[i]!),
        writable: shape.names.get(name) !== 'import',
        enumerable: true,
        origin: 'variable',
      })),
    );
    // An ECMAScript export is its variable; of CommonJS, a property of `exports` is another thing than a variable.
    const known = new Set(members.map((each) => each.step));
    return [...members, ...exported.filter((each) => !known.has(each.step))];
  }

  async readVariable(id: string, name: string): Promise<LiveValue> {
    const module = await this.#modules.get(id);
    using group = this.#session.group();
    const found = (await this.#variables(module, group)).find((each) => each.name === name);
    if (!found) throw fail('DS1021', { place: `${id}#${name}` });
    return await this.#values.describe(found.value, name);
  }

  async readExport(id: string, name: string): Promise<LiveValue> {
    const handle = await this.#exportsHandle(await this.#modules.get(id));
    if (handle === undefined) throw fail('DS1021', { place: `${id}#${name}` });
    return this.#values.read(handle, name);
  }

  async writeVariable(
    id: string,
    name: string,
    expression: string,
    expected?: string,
    held?: Handle,
  ): Promise<WriteResult> {
    const module = await this.#modules.get(id);
    const place = `${id}#${name}`;
    const shape = await this.#scopes.shape(module);
    const kind = shape.names.get(name);
    if (kind === 'import')
      throw fail('DS1026', { place, reason: 'it is imported; write it in the module that exports it' });
    using group = this.#session.group();
    const found = await this.#scopes.moduleScope(module, group);
    if (!found || !found.entries.some((each) => each.name === name)) {
      if (kind === undefined) throw fail('DS1021', { place });
      throw fail('DS1025', { module: id, name });
    }
    const { functions } = found;
    let refused: Error = fail('DS1025', { module: id, name });
    for (const fn of await this.#thatReach(module, functions, name)) {
      const written =
        kind === 'const'
          ? await this.#writeConst(fn, name, expression, expected, held)
          : await this.#writeLet(fn, name, expression, expected, held);
      if ('captureProblem' in written) {
        refused = fail('DS1025', { module: id, name }, new Error(written.captureProblem));
        continue;
      }
      if ('problem' in written) throw problemOf(written.problem, place, held, written.reason);
      const pause = await this.flush();
      return {
        before: written.before,
        after: await this.#values.withPlace(written.after),
        mechanism: kind === 'const' ? 'debugger write of a const' : 'assignment in the scope of the module',
        pause: (written.ms + pause) as Milliseconds,
      };
    }
    throw refused;
  }

  async writeExport(
    id: string,
    name: string,
    expression: string,
    expected?: string,
    held?: Handle,
  ): Promise<WriteResult> {
    const module = await this.#modules.get(id);
    if (module.format === 'module') {
      const local = (await this.#scopes.shape(module)).exports.get(name);
      if (local === undefined)
        throw fail('DS1026', { place: `${id}#${name}`, reason: 'no variable of this module stands behind the export' });
      return this.writeVariable(id, local, expression, expected, held);
    }
    const handle = await this.#exportsHandle(module);
    if (handle === undefined) throw fail('DS1021', { place: `${id}#${name}` });
    const written = await this.#session.invoke<Answer<Written>>(
      'state.write',
      handle,
      name,
      expression,
      expected ?? null,
      held ?? null,
    );
    if ('problem' in written) throw problemOf(written.problem, `${id}#${name}`, handle, written.reason);
    return {
      before: written.before,
      after: written.after,
      mechanism: 'assignment to the property of exports',
      pause: written.ms as Milliseconds,
    };
  }

  /** Makes optimised code forget the values it folded; gives the pause. */
  async flush(): Promise<number> {
    const { cdp } = this.#session;
    const before = (await this.#session.pauses()).total;
    // Both halves go through the whole heap: the app has a turn in between.
    await this.#session.measured(() =>
      Promise.all([
        cdp.send('Profiler.enable'),
        cdp.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false }),
      ]),
    );
    await this.#session.measured(() =>
      Promise.all([cdp.send('Profiler.stopPreciseCoverage'), cdp.send('Profiler.disable')]),
    );
    return (await this.#session.pauses()).total - before;
  }

  async #exportsHandle(module: NodeModule): Promise<Handle | undefined> {
    const value = await this.#session.withAgent<LiveValue>(
      '(agent, name) => agent.describer.describe(agent.loader.exportsOf(name))',
      module.loaderName,
    );
    return 'handle' in value ? value.handle : undefined;
  }

  async #exportMembers(module: NodeModule): Promise<readonly LiveMember[]> {
    const handle = await this.#exportsHandle(module);
    if (handle === undefined) return [];
    const members = await this.#values.members(handle, { start: 0, count: 1000 });
    await this.#values.release([handle]);
    // ECMAScript modules: the symbol that names the namespace is no member.
    return members.filter((each) => each.origin === 'property' && !each.step.startsWith('[Symbol'));
  }

  async #variables(
    module: NodeModule,
    group: ObjectGroup,
  ): Promise<readonly { readonly name: string; readonly value: Protocol.Runtime.RemoteObject }[]> {
    if (module.format === 'other') return [];
    const found = await this.#scopes.moduleScope(module, group);
    if (!found) return [];
    const { names } = await this.#scopes.shape(module);
    return found.entries.flatMap(({ name, value }) => (value && names.has(name) ? [{ name, value }] : []));
  }

  /** Functions from whose entry `name` means the module's variable: their own text declares no such name. */
  async #thatReach(
    module: NodeModule,
    functions: readonly FoundFunction[],
    name: string,
  ): Promise<readonly FoundFunction[]> {
    const shape = await this.#scopes.shape(module);
    const rank = (fn: FoundFunction): number => {
      const range = shape.functionAt(fn.place.line, fn.place.column);
      if (!range) return 2;
      const outermost = shape.functions.find((each) => each.start <= range.start && each.end >= range.end);
      return outermost?.declares.has(name) ? 9 : range.isTopLevel ? 0 : 1;
    };
    return functions
      .map((fn) => ({ fn, rank: rank(fn) }))
      .filter((each) => each.rank < 9)
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, 12)
      .map((each) => each.fn);
  }

  async #writeLet(
    fn: FoundFunction,
    name: string,
    expression: string,
    expected: string | undefined,
    held: Handle | undefined,
  ): Promise<Answer<Written> | { readonly captureProblem: string }> {
    const [captured] = await this.#scopes.capture([new Remote(fn.objectId)]);
    if (!captured || 'problem' in captured) return { captureProblem: captured?.problem ?? 'nothing was captured' };
    try {
      return await this.#session.invoke<Answer<Written>>(
        'state.writeVariable',
        captured.token,
        name,
        expression,
        expected ?? null,
        held ?? null,
      );
    } finally {
      await this.#scopes.release([captured.token]);
    }
  }

  async #writeConst(
    fn: FoundFunction,
    name: string,
    expression: string,
    expected: string | undefined,
    held: Handle | undefined,
  ): Promise<Answer<Written> | { readonly captureProblem: string }> {
    return resuming(this.#session, () =>
      this.#session.invoke<Answer<Written> | { readonly captureProblem: string }>(
        'writeConst',
        new Remote(fn.objectId),
        name,
        expression,
        expected ?? null,
        held ?? null,
      ),
    );
  }
}
