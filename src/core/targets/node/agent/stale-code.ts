// V8 up to 12 (Node 20 and 22) leaves a closure with baseline code, which knows of no breakpoint, when another closure of
// the same function was optimised after that: the breakpoint is set, and the closure runs past it. Where a builtin gets a
// breakpoint V8 throws away all optimised code, and then all baseline code; after that every closure is interpreted.
//
// It takes 9 to 13 ms of the target's time, a walk through its heap. Node 24 and 26 are not concerned.

export type Post = <T>(method: string, params?: object) => T;

const concerned = 13;

/** Gives what makes breakpoints seen by every closure, until the app runs again: at most once in a turn it costs anything. */
export function makeStaleCode(post: Post, objectGroup: string): { discard(): void } {
  const isConcerned = Number(process.versions.v8.split('.', 1)[0]) < concerned;
  const reaction = Promise.prototype.then;
  const settled = Promise.resolve();
  let isDone = false;
  return {
    discard() {
      if (!isConcerned || isDone) return;
      const { result } = post<{ readonly result: { readonly objectId: string } }>('Runtime.evaluate', {
        expression: 'Math.max',
        objectGroup,
      });
      const { breakpointId } = post<{ readonly breakpointId: string }>('Debugger.setBreakpointOnFunctionCall', {
        objectId: result.objectId,
        // Nobody's call of it in between can stop.
        condition: 'false',
      });
      post('Debugger.removeBreakpoint', { breakpointId });
      isDone = true;
      // Microtasks run before the app does anything more.
      void Reflect.apply(reaction, settled, [() => (isDone = false)]);
    },
  };
}
