// The cells' `app`: `app.modules['src/cart.ts'].carts`. Everything below is in live.ts.
import { inspect } from 'node-inspect-extracted';
import type { LiveMember } from '../../targets/live-value.ts';
import { assign, keyText, request, toCell } from './live.ts';
import { inspectSymbol, liveState } from './live-state.ts';
import { makeProxy } from './proxies.ts';

const lineWidth = 90;
/** How many modules are named when all are shown; the app's own come first. */
const shownModules = 30;

const modules = new Map<string, object>();
/** Our own objects that list their members without running code of a user or of the target. */
const listers = new WeakMap<object, () => readonly string[]>();

export const memberNames = (value: object): readonly string[] | undefined => listers.get(value)?.();

/** A member on a line of its module: what lies below it is shown when it is asked for. */
function lineOf(value: unknown): unknown {
  const preview = liveState(value)?.value.preview;
  if (preview === undefined) return value;
  return { [inspectSymbol]: () => (preview.length > lineWidth ? `${preview.slice(0, lineWidth - 1)}…` : preview) };
}

function moduleProxy(id: string): object {
  let made = modules.get(id);
  if (made) return made;
  const list = (): readonly LiveMember[] => request('app.moduleMembers', { module: id });
  const text = (): string =>
    `${id} ${inspect(Object.fromEntries(list().map((member) => [keyText(member), lineOf(toCell(member.value))])))}`;
  made = makeProxy(
    {},
    {
      get: (shadow, key) =>
        typeof key === 'symbol'
          ? key === inspectSymbol
            ? text
            : Reflect.get(shadow, key)
          : key === 'toJSON'
            ? undefined
            : toCell(request('app.read', { place: { module: id, name: key } }), `${id}#${key}`),
      set: (_shadow, key, value) => {
        assign(`${id}#${String(key)}`, value);
        return true;
      },
      has: (_shadow, key) => list().some((member) => keyText(member) === key),
      ownKeys: () => [...new Set(list().map(keyText))],
      getOwnPropertyDescriptor(_shadow, key) {
        const member = list().find((each) => keyText(each) === key);
        return (
          member && {
            value: toCell(member.value, `${id}#${keyText(member)}`),
            writable: true,
            enumerable: true,
            configurable: true,
          }
        );
      },
    },
  );
  listers.set(made, () => list().map(keyText));
  modules.set(id, made);
  return made;
}

const noModule = (module: string): never => {
  throw Object.assign(
    new ReferenceError(`DS2024 the target has no module ${module}; list them with Object.keys(app.modules)`),
    { code: 'DS2024' },
  );
};

const moduleTable: object = makeProxy(
  {},
  {
    get: (shadow, key) => {
      if (key === inspectSymbol)
        return () => `modules ${inspect([...request('app.modules', {})], { maxArrayLength: shownModules })}`;
      if (typeof key === 'symbol') return Reflect.get(shadow, key);
      // Asked of every value that is awaited or made JSON, as that of a cell is.
      if (key === 'then' || key === 'toJSON') return undefined;
      return modules.get(key) ?? (request('app.modules', {}).includes(key) ? moduleProxy(key) : noModule(key));
    },
    set: () => false,
    has: (_shadow, key) => request('app.modules', {}).includes(String(key)),
    ownKeys: () => [...request('app.modules', {})],
    getOwnPropertyDescriptor: (_shadow, key) =>
      typeof key === 'string' && request('app.modules', {}).includes(key)
        ? { value: moduleProxy(key), enumerable: true, configurable: true }
        : undefined,
  },
);
listers.set(moduleTable, () => request('app.modules', {}));

/** Another target has been attached: what was known of the last one is forgotten. */
export const forgetModules = (): void => modules.clear();

export const app: object = Object.freeze({ modules: moduleTable });
