// Runs a function for at most some time, ended by V8 wherever it is. Only a script can be given a limit, and it finds
// the function through a global property that is there for no longer than the script runs.
import type * as Vm from 'node:vm';

const key = 'devsandbox.cell';

export function withTimeLimit<T>(vm: typeof Vm, run: () => T, milliseconds: number): T {
  const name = Symbol.for(key);
  const script = new vm.Script(`globalThis[Symbol.for('${key}')]()`, { filename: 'devsandbox:cell' });
  Object.defineProperty(globalThis, name, { value: run, configurable: true, enumerable: false });
  try {
    return script.runInThisContext({ timeout: milliseconds, displayErrors: false }) as T;
  } finally {
    Reflect.deleteProperty(globalThis, name);
  }
}
