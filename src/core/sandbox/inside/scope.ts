// `__ds`: what the text of a compiled cell calls; see core/cells/compile.ts. The cells' variables are properties of the
// global object.
import { askModule } from './modules.ts';

const world = globalThis as unknown as Record<string, unknown>;

/** Names that cells have defined, in the order of their first definition. */
export const userNames = new Set<string>();
/** Getters of imported bindings: the only ones that are safe to run when looking. */
export const bindings = new WeakSet<object>();

function define(name: string, value: unknown, writable: boolean): void {
  userNames.add(name);
  Object.defineProperty(globalThis, name, { value, writable, enumerable: true, configurable: true });
}

const declare = (values: Record<string, unknown>, writable: boolean): void => {
  for (const name of Object.keys(values)) define(name, values[name], writable);
};

/** Makes a name an ordinary variable, whatever it was; keeps its value. */
function open(name: string): void {
  const present = Object.getOwnPropertyDescriptor(globalThis, name);
  define(name, present && 'value' in present ? present.value : undefined, true);
}

export function assign(name: string, value: unknown): void {
  define(name, value, true);
}

function bind(module: Record<string, unknown>, specifier: string, names: Record<string, string>): void {
  for (const [local, exported] of Object.entries(names)) {
    if (exported === '*') {
      define(local, module, false);
      continue;
    }
    // Read each time, because a module may assign to what it exports. A missing name is an error where it is used:
    // it may have been a type.
    const get = (): unknown => {
      if (exported in module) return module[exported];
      const names = Object.keys(module).join(', ') || 'nothing';
      throw Object.assign(
        new SyntaxError(`DS2015 ${specifier} has no export named ${exported}; import one of: ${names}`),
        { code: 'DS2015' },
      );
    };
    bindings.add(get);
    userNames.add(local);
    Object.defineProperty(globalThis, local, { get, enumerable: true, configurable: true });
  }
}

export const makeScope = (cwd: string): object => ({
  let: (values: Record<string, unknown>) => declare(values, true),
  const: (values: Record<string, unknown>) => declare(values, false),
  open: (...names: string[]) => names.forEach(open),
  seal: (...names: string[]) => names.forEach((name) => define(name, world[name], false)),
  var: (...names: string[]) => {
    for (const name of names) if (!userNames.has(name)) define(name, undefined, true);
  },
  assignable: (...names: string[]) => {
    for (const name of names) if (!(name in globalThis)) define(name, undefined, true);
  },
  import: (specifier: unknown) => askModule(String(specifier)),
  bind,
  meta: { url: `file://${cwd}/cell.ts`, dirname: cwd, filename: `${cwd}/cell.ts` },
});
