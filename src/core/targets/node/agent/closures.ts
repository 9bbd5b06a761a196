// What functions close over, asked of V8's inspector inside the target: no message goes out for it, so thousands take
// tenths of a second. Nothing is stopped and no function runs.

/** A request to the inspector that is answered at once. */
export type Post = <T>(method: string, params?: object) => T;

export interface ClosureScope {
  /** As V8 calls it: `Closure`, `Module`, `Block`, `Script`, `Global`, … */
  readonly kind: string;
  /** A copy of its variables at this instant. */
  readonly variables: object;
}

export interface Closure {
  readonly scriptId: string;
  /** Where it is written, from 0; of a class its constructor. */
  readonly line: number;
  readonly column: number;
  /** From the inside. */
  readonly scopes: readonly ClosureScope[];
  /** What a bound function is bound to: target, `this`, arguments. */
  readonly bound: readonly unknown[];
}

interface InternalProperty {
  readonly name: string;
  readonly value?: { readonly objectId?: string; readonly value?: unknown };
}

const boundParts = ['[[TargetFunction]]', '[[BoundThis]]', '[[BoundArgs]]'];

export function closuresOf(post: Post, functions: readonly object[]): Closure[] {
  if (functions.length === 0) return [];
  const door: { readonly functions: readonly object[]; parts: readonly unknown[] } = { functions, parts: [] };
  return within(
    door,
    (name) => {
      const { objectId: list } = evaluate(post, `${name}.functions`, name);
      const members = post<{ readonly result: readonly InternalProperty[] }>('Runtime.getProperties', {
        objectId: list,
        ownProperties: true,
      }).result;
      const wanted: { readonly objectId: string }[] = [];
      const ask = (property: InternalProperty | undefined): number | undefined =>
        property?.value?.objectId === undefined ? undefined : wanted.push({ objectId: property.value.objectId }) - 1;
      const looked = members
        .filter((each) => /^\d+$/.test(each.name) && each.value?.objectId !== undefined)
        .map((each) => {
          const { internalProperties = [] } = post<{ readonly internalProperties?: readonly InternalProperty[] }>(
            'Runtime.getProperties',
            { objectId: each.value!.objectId, ownProperties: true },
          );
          const internal = (part: string) => internalProperties.find((property) => property.name === part);
          const location = internal('[[FunctionLocation]]')?.value?.value as
            | { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
            | undefined;
          return {
            scriptId: location?.scriptId ?? '',
            line: location?.lineNumber ?? 0,
            column: location?.columnNumber ?? 0,
            scopes: ask(internal('[[Scopes]]')),
            bound: boundParts.flatMap((part) => ask(internal(part)) ?? []),
          };
        });
      hand(post, list, `${name}.parts = parts`, wanted, name);
      return looked.map(({ scopes, bound, ...place }) => ({
        ...place,
        scopes: scopes === undefined ? [] : scopesIn(door.parts[scopes] as object),
        bound: bound.map((at) => door.parts[at]),
      }));
    },
    post,
  );
}

/** Value of a private field, whatever class it is of. */
export function privateOf(post: Post, object: object, field: string): unknown {
  const door: { readonly object: object; value: unknown } = { object, value: undefined };
  return within(
    door,
    (name) => {
      const { objectId } = evaluate(post, `${name}.object`, name);
      const { privateProperties = [] } = post<{ readonly privateProperties?: readonly InternalProperty[] }>(
        'Runtime.getProperties',
        { objectId, ownProperties: true },
      );
      const found = privateProperties.find((property) => property.name === field)?.value?.objectId;
      if (found === undefined) return undefined;
      hand(post, objectId, `${name}.value = parts[0]`, [{ objectId: found }], name);
      return door.value;
    },
    post,
  );
}

/** V8 hands scopes over as a list of `{ description, object }`. */
function scopesIn(list: object): ClosureScope[] {
  const data = (object: object, key: PropertyKey): unknown => Reflect.getOwnPropertyDescriptor(object, key)?.value;
  const scopes: ClosureScope[] = [];
  for (let at = 0; at < (data(list, 'length') as number); at++) {
    const scope = data(list, at) as object;
    const variables = data(scope, 'object');
    if (typeof variables !== 'object' || variables === null) continue;
    scopes.push({ kind: /^\w+/.exec(String(data(scope, 'description')))?.[0] ?? '', variables });
  }
  return scopes;
}

/** Values go in and out by a global property that is there within this one block only. */
function within<T>(door: object, run: (name: string) => T, post: Post): T {
  const name = `__devsandbox_${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  Object.defineProperty(globalThis, name, { value: door, configurable: true, enumerable: false });
  try {
    return run(name);
  } finally {
    post('Runtime.releaseObjectGroup', { objectGroup: name });
    Reflect.deleteProperty(globalThis, name);
  }
}

const evaluate = (post: Post, expression: string, objectGroup: string): { readonly objectId: string } =>
  post<{ readonly result: { readonly objectId: string } }>('Runtime.evaluate', {
    expression,
    objectGroup,
    silent: true,
  }).result;

/** Brings objects of the inspector to our side. */
const hand = (post: Post, objectId: string, statement: string, parts: readonly object[], objectGroup: string): void =>
  void post('Runtime.callFunctionOn', {
    objectId,
    functionDeclaration: `function (...parts) { ${statement}; }`,
    arguments: parts,
    silent: true,
    objectGroup,
  });
