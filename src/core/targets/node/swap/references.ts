// Finds everything in the target that holds a function: what the walk inside reaches, and the variables of closures,
// which only the inspector can see. Rounds: walk, look into the closures of the functions met, walk on from there.
import { fail } from '../../../common/errors.ts';
import type { Inside, ObjectId } from './inside.ts';

export interface Binding {
  /** A function that closes over the variable and can be forced. */
  readonly fn: ObjectId;
  readonly name: string;
  /** Counted from the global scope, which is 0. */
  readonly scopeFromOutside: number;
  readonly label: string;
}

export interface FoundReferences {
  readonly search: ObjectId;
  readonly bindings: readonly Binding[];
  /** The walk ended at its budget. */
  readonly cut: boolean;
}

export interface WalkRoots {
  /** Further places to start from: namespaces of ES modules. */
  readonly roots?: () => Promise<readonly { readonly objectId: ObjectId; readonly label: string }[]>;
  /** URL or path of a script, for labels. */
  readonly scriptName?: (scriptId: string) => string | undefined;
}

const limits = { objects: 400_000, functions: 6_000, slice: 4 };

export async function findReferences(inside: Inside, wanted: ObjectId, options: WalkRoots): Promise<FoundReferences> {
  const search = (await inside.call('createSearch', [{ objectId: wanted }, limits.objects, inside.builtin])).objectId;
  if (search === undefined) throw fail('DS5041', { name: 'the function', reason: 'the search did not start' });
  const closures = new Closures(inside, search, options);
  const timers = (
    await inside.cdp.send('Runtime.evaluate', { expression: 'setTimeout', objectGroup: 'devsandbox:swap' })
  ).result.objectId;
  await closures.look(wanted, '');
  if (timers) await closures.look(timers, 'timers');
  await inside.on(search, `function (roots) { for (const { value, label } of roots) this.add(value, label, false); }`, [
    await inside.call('roots', [inside.builtin]),
  ]);
  for (const root of (await options.roots?.()) ?? []) await add(inside, search, root.objectId, root.label);
  for (;;) {
    while (!(await inside.on(search, 'function (ms) { return this.run(ms); }', [limits.slice], { value: true })).value);
    const met = await inside.on(search, 'function () { return this.takeFunctions(); }', []);
    const functions = await inside.items(met.objectId!);
    if (functions.length === 0) break;
    await closures.lookAll(functions);
  }
  const cut = (await inside.on(search, 'function () { return this.cut; }', [], { value: true })).value === true;
  return { search, bindings: closures.bindings, cut: cut || closures.cut };
}

async function add(inside: Inside, search: ObjectId, objectId: ObjectId, label: string): Promise<void> {
  await inside.on(search, 'function (root, label) { this.add(root, label, false); }', [{ objectId }, label]);
}

class Closures {
  readonly bindings: Binding[] = [];
  cut = false;
  readonly #inside: Inside;
  readonly #search: ObjectId;
  readonly #options: WalkRoots;
  readonly #scripts = new Set<string>();
  #looked = 0;

  constructor(inside: Inside, search: ObjectId, options: WalkRoots) {
    this.#inside = inside;
    this.#search = search;
    this.#options = options;
  }

  /** Several at a time: the target answers between its own work, and each answer is short. */
  async lookAll(functions: readonly ObjectId[]): Promise<void> {
    for (let at = 0; at < functions.length; at += 16)
      await Promise.all(functions.slice(at, at + 16).map((fn) => this.look(fn)));
  }

  async look(fn: ObjectId, label?: string): Promise<void> {
    if (++this.#looked > limits.functions) {
      this.cut = true;
      return;
    }
    const { internalProperties = [] } = await this.#inside.properties(fn);
    const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    for (const name of ['[[BoundThis]]', '[[TargetFunction]]', '[[BoundArgs]]']) {
      const id = internal(name)?.objectId;
      if (id) await add(this.#inside, this.#search, id, name);
    }
    const scopes = internal('[[Scopes]]')?.objectId;
    const scriptId = (internal('[[FunctionLocation]]')?.value as { scriptId?: string } | undefined)?.scriptId ?? '';
    const name = label ?? this.#options.scriptName?.(scriptId);
    // Node's own closures hold the app's functions only in the timers, which are looked into by name.
    if (!scopes || (label === undefined && (name?.startsWith('node:') || name?.startsWith('devsandbox:')))) return;
    const { result } = await this.#inside.properties(scopes);
    const chain = result.filter((property) => property.value?.objectId);
    await Promise.all(
      chain.map((scope, at) =>
        this.#scope(fn, scope.value!.objectId!, scope.value!.description ?? '', {
          scriptId,
          fromOutside: chain.length - 1 - at,
          label: name ?? '',
        }),
      ),
    );
  }

  async #scope(
    fn: ObjectId,
    scope: ObjectId,
    kind: string,
    where: { scriptId: string; fromOutside: number; label: string },
  ): Promise<void> {
    if (kind === 'Global') return;
    // The outermost scope of a script is one and the same for all its functions.
    if (where.fromOutside === 1) {
      if (this.#scripts.has(where.scriptId)) return;
      this.#scripts.add(where.scriptId);
    }
    const found = await this.#inside.on(
      this.#search,
      'function (scope, label) { return this.add(scope, label, true); }',
      [{ objectId: scope }, where.label],
      { value: true },
    );
    for (const name of found.value as string[])
      this.bindings.push({
        fn,
        name,
        scopeFromOutside: where.fromOutside,
        label: `variable ${name}${where.label && ` of ${where.label}`}`,
      });
  }
}
