// The cells' `session`: two levels that can both be called, `session.edit(name, value)` and `session.record.start({ … })`.
// It knows no magic by name; the front does.
import { askLater } from './host.ts';
import { makeProxy } from './proxies.ts';

/** JSON, with live values refused where they stand rather than silently emptied. */
const plain = (args: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(args.map((each) => (each === undefined ? null : each))));

const invoke = (magic: string, subcommand: string | undefined, args: readonly unknown[]): Promise<unknown> =>
  askLater('front.later', {
    method: 'session.invoke',
    parameters: { magic, ...(subcommand === undefined ? {} : { subcommand }), args: plain(args) },
  });

// A promise asks for `then`; symbols are asked for by whoever prints.
const notAMagic = (key: string | symbol): boolean => typeof key === 'symbol' || key === 'then' || key === 'toJSON';

function magicMethod(magic: string): object {
  const shadow = (...args: unknown[]): Promise<unknown> => invoke(magic, undefined, args);
  return makeProxy(shadow, {
    get: (target, key) =>
      notAMagic(key) || key in Function.prototype
        ? Reflect.get(target, key)
        : (...args: unknown[]) => invoke(magic, String(key), args),
  });
}

export const session: object = makeProxy(
  {},
  {
    get: (target, key) => (notAMagic(key) ? Reflect.get(target, key) : magicMethod(String(key))),
    set: () => false,
  },
);
