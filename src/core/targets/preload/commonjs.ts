// CommonJS modules of a program that is recorded from its first line: all of them, however they come to be loaded, are
// compiled by one method of Node's loader, which gets the text that a loader before it has made.
import Module from 'node:module';
import type { OwnCode } from './own-code.ts';

type Compile = (this: object, content: string, filename: string, ...rest: readonly unknown[]) => unknown;

export function instrumentCommonJs(own: OwnCode): void {
  const { prototype } = Module as unknown as { readonly prototype: { _compile: Compile } };
  // Called with the module as its receiver.
  // oxlint-disable-next-line typescript/unbound-method
  const compile = prototype._compile;
  prototype._compile = function _compile(content, filename, ...rest) {
    // An ECMAScript module that is required comes by here, and was instrumented when it was read.
    const text = rest[0] === 'module' || !own.has(filename) ? undefined : own.instrument(filename, content, 'commonjs');
    return Reflect.apply(compile, this, [text ?? content, filename, ...rest]);
  };
}
