// Scope capture: an eval closure over the scope in which a function was made, at any moment, without traffic, without a
// pause, and without running the function.
//
// The agent has an inspector session of its own on its own thread. It sets a breakpoint at the function's entry and
// calls the function with nulls (so that no default expression runs) inside a `Runtime.evaluate` of that session. The
// breakpoint's condition, which V8 evaluates in the entered frame, keeps `s => eval(s)` and asks for termination. V8
// looks at that request before the first statement: the body never runs, and the termination ends at the evaluate. All
// of it happens in one synchronous block inside the target, so neither traffic nor our death can come between.
import type * as Inspector from 'node:inspector';
import { isNative, textOfFunction, type Types } from './shape.ts';
import { makeStaleCode } from './stale-code.ts';

/** Script whose appearance says that the target has been stopped. */
export const stoppedUrl = 'devsandbox:stopped';

export type EvalClosure = (source: string) => unknown;

export interface Captured {
  readonly token: number;
}

export type CaptureResult = Captured | { readonly problem: string };

export interface Capture {
  /** A request to V8's inspector within the target, answered at once. */
  post<T>(method: string, params?: object): T;
  take(fn: unknown): CaptureResult;
  evalIn(token: number, source: string): unknown;
  closure(token: number): EvalClosure | undefined;
  release(tokens: readonly number[]): void;
  /**
   * Stops the target at the entry of `fn`, where `value` is at hand, and runs `inFrame` there; gives why that failed.
   * It stands still until the front makes it go on, which a script named {@link stoppedUrl} tells it to do.
   */
  stopIn(fn: unknown, value: unknown, inFrame: (frame: StoppedFrame) => void): string | undefined;
  dispose(): void;
}

export interface StoppedFrame {
  readonly callFrameId: string;
  readonly scopeChain: readonly { readonly type: string; readonly object: { readonly objectId?: string } }[];
  /** The value given to stopIn, as an argument for requests. */
  readonly value: { readonly objectId?: string; readonly value?: unknown; readonly unserializableValue?: string };
  post<T>(method: string, params?: object): T;
}

// More arguments than any function has parameters: an argument that is null keeps its default from being computed.
const nulls: readonly null[] = Array.from({ length: 64 }, () => null);
const generatorNext = Reflect.getPrototypeOf(Reflect.getPrototypeOf((function* () {})()) as object) as {
  next(): unknown;
};
const asyncGeneratorNext = Reflect.getPrototypeOf(Reflect.getPrototypeOf((async function* () {})()) as object) as {
  next(): unknown;
};
const promiseThen = Promise.prototype.then;
const ignore = (): void => undefined;

const reasonOf = (failure: unknown): string => String((failure as { readonly message?: unknown } | null)?.message);

/** Whether its parameters may have default expressions; yes also where that cannot be told from its first words. */
function hasDefaults(fn: object): boolean {
  const text = textOfFunction(fn);
  const end = text.search(/=>|\{/);
  return text.slice(0, end < 0 ? text.length : end).includes('=');
}

export function makeCapture(inspector: typeof Inspector, types: Types): Capture {
  let session: Inspector.Session | undefined;
  let lastToken = 0;
  const closures = new Map<number, EvalClosure>();
  const name = `__devsandbox_${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;

  const post = <T>(method: string, params?: object): T => {
    let failure: unknown;
    let answer: unknown;
    session!.post(method, params as Record<string, unknown>, (error: unknown, result: unknown) => {
      failure = error;
      answer = result;
    });
    if (failure) throw new Error(`${method}: ${reasonOf(failure)}`);
    return answer as T;
  };

  const staleCode = makeStaleCode(post, name);

  const connect = (): void => {
    if (session) return;
    session = new inspector.Session();
    session.connect();
    post('Debugger.enable', { maxScriptsCacheSize: 0 });
    post('Debugger.setSkipAllPauses', { skip: true });
  };

  const refusal = (fn: unknown): string | undefined => {
    if (typeof fn !== 'function' || types.isProxy(fn)) return 'it is no function';
    if (isNative(fn)) return 'it is a builtin or bound function';
    if (textOfFunction(fn).startsWith('class')) return 'it is a class: its field initialisers would run';
    return undefined;
  };

  /**
   * Where V8 can stop in a function, from its start. The entry of one with default expressions is the first of these,
   * which is not passed when the argument is given: so each of them is the entry, and the first that is reached counts.
   */
  function placesIn(objectId: string): readonly object[] {
    const { internalProperties } = post<{
      readonly internalProperties: readonly { readonly name: string; readonly value?: { readonly value?: object } }[];
    }>('Runtime.getProperties', { objectId, ownProperties: true });
    const start = internalProperties.find((each) => each.name === '[[FunctionLocation]]')?.value?.value;
    const { locations } = post<{ readonly locations: readonly object[] }>('Debugger.getPossibleBreakpoints', {
      start,
      restrictToFunction: true,
    });
    // Beyond this the body's first statement may not be among them, and then it would run.
    if (locations.length === 0 || locations.length > 1000) throw new Error('its parameters cannot be passed by');
    return locations;
  }

  /** Enters `fn` and leaves it before its first statement; `entered` is called in the condition. */
  function enter(fn: object, entered: (closure: EvalClosure) => boolean, value?: unknown): void {
    let armed = true;
    const door = {
      fn,
      value,
      /** The condition; the request to terminate is its last act, so that nothing of ours is what gets terminated. */
      in(closure: EvalClosure): boolean {
        if (!armed) return false;
        armed = false;
        const stop = entered(closure);
        if (!stop) session!.post('Runtime.terminateExecution');
        return stop;
      },
      call(): void {
        const result: unknown = Reflect.apply(fn as () => unknown, null, nulls);
        if (types.isGeneratorObject(result)) {
          const isAsync = types.isAsyncFunction(fn);
          const step: unknown = Reflect.apply(isAsync ? asyncGeneratorNext.next : generatorNext.next, result, []);
          if (types.isPromise(step)) void Reflect.apply(promiseThen, step, [ignore, ignore]);
        } else if (types.isPromise(result)) {
          void Reflect.apply(promiseThen, result, [ignore, ignore]);
        }
      },
    };
    Object.defineProperty(globalThis, name, { value: door, configurable: true, enumerable: false, writable: false });
    const breakpoints: { readonly breakpointId: string }[] = [];
    try {
      staleCode.discard();
      const found = post<{ readonly result: { readonly objectId: string } }>('Runtime.evaluate', {
        expression: `${name}.fn`,
        objectGroup: name,
      });
      const { objectId } = found.result;
      const condition = `${name}.in(s => eval(s))`;
      if (hasDefaults(fn))
        for (const location of placesIn(objectId))
          breakpoints.push(post('Debugger.setBreakpoint', { location, condition }));
      else breakpoints.push(post('Debugger.setBreakpointOnFunctionCall', { objectId, condition }));
      // The timeout is never meant to pass: with it V8 cancels the termination where the evaluate ends.
      session!.post(
        'Runtime.evaluate',
        { expression: `${name}.call()`, silent: true, timeout: 10_000, objectGroup: name },
        ignore,
      );
    } finally {
      armed = false;
      for (const { breakpointId } of breakpoints) session!.post('Debugger.removeBreakpoint', { breakpointId });
      session!.post('Runtime.releaseObjectGroup', { objectGroup: name });
      Reflect.deleteProperty(globalThis, name);
    }
  }

  return {
    post(method, params) {
      connect();
      return post(method, params);
    },
    take(fn) {
      const problem = refusal(fn);
      if (problem !== undefined) return { problem };
      connect();
      let captured: EvalClosure | undefined;
      enter(fn as object, (closure) => {
        captured = closure;
        return false;
      });
      if (!captured) return { problem: 'its parameters cannot be null, so it could not be entered' };
      const token = ++lastToken;
      closures.set(token, captured);
      return { token };
    },
    evalIn(token, source) {
      const closure = closures.get(token);
      if (!closure) throw new Error('the scope was released');
      return closure(source);
    },
    closure: (token) => closures.get(token),
    release(tokens) {
      for (const token of tokens) closures.delete(token);
    },
    stopIn(fn, value, inFrame) {
      const problem = refusal(fn);
      if (problem !== undefined) return problem;
      connect();
      let outcome: string | undefined = 'its parameters cannot be null, so it could not be entered';
      // `inspectorNotification` comes after the event's own name: this listener is the last to run before the stop, and
      // the request to terminate is its last act, so that the body cannot run whoever ends the stop.
      const listener = (message: { readonly method: string; readonly params?: unknown }): void => {
        if (message.method !== 'Debugger.paused') return;
        outcome = undefined;
        const { callFrames } = message.params as { readonly callFrames: readonly Omit<StoppedFrame, 'post'>[] };
        try {
          const { result } = post<{ readonly result: StoppedFrame['value'] }>('Runtime.evaluate', {
            // Its name reaches the front whatever waits on the lifeline, and tells it that the target stands still.
            expression: `${name}.value\n//# sourceURL=${stoppedUrl}`,
            objectGroup: name,
          });
          const { objectId, unserializableValue } = result;
          const argument =
            objectId !== undefined
              ? { objectId }
              : unserializableValue !== undefined
                ? { unserializableValue }
                : { value: result.value };
          inFrame({
            callFrameId: callFrames[0]!.callFrameId,
            scopeChain: callFrames[0]!.scopeChain,
            value: argument,
            post,
          });
        } catch (error) {
          outcome = reasonOf(error);
        } finally {
          session!.post('Runtime.terminateExecution');
        }
      };
      session!.on('inspectorNotification', listener);
      try {
        post('Debugger.setSkipAllPauses', { skip: false });
        enter(fn as object, () => true, value);
      } finally {
        session!.off('inspectorNotification', listener);
        post('Debugger.setSkipAllPauses', { skip: true });
      }
      return outcome;
    },
    dispose() {
      closures.clear();
      const ending = session;
      session = undefined;
      ending?.disconnect();
    },
  };
}
