// From the source of a module to what the recorder needs of it: its functions, and for any of them the text of a unit,
// which is one script that makes instrumented copies when it is given `$`, `$M` and `$A`.
import { analyse } from './scope.ts';
import type { Binding } from './scope.ts';
import { breaks, LineTable, parseModule } from './ast.ts';
import type { Node } from './ast.ts';
import { listFunctions } from './functions.ts';
import type { FunctionInfo } from './functions.ts';
import { rewriteRoot } from './rewrite.ts';
import { moduleProgram } from './module-program.ts';
import { commonJsProgram, programProblem } from './program.ts';
import type { Program } from './program.ts';
import { strictTest } from './strict.ts';
import { fail } from '../../common/errors.ts';

export { defaultExport, writtenImports } from './module-runner.ts';
export { unwrap } from './wrapper.ts';
export { programSymbol } from './program.ts';
export type { FunctionInfo } from './functions.ts';
export type { Program } from './program.ts';
export type { WrappedModule } from './wrapper.ts';

export interface ModuleInput {
  /** Path relative to the target's working directory: the start of places and live names. */
  readonly path: string;
  /** JavaScript, as the target runs it; types already gone. */
  readonly source: string;
  readonly format: 'module' | 'commonjs';
  /** Parameters of the function around the text, where a loader of its own evaluated it (wrapper.ts). */
  readonly wrapper?: readonly string[];
  /** Added to the numbers of functions and sites, so that those of several modules differ. */
  readonly functionBase: number;
  readonly siteBase: number;
  /** Units for a replay that shows locals where something is thrown. */
  readonly watch?: boolean;
  /** Units for a replay in which a function has another text: what functions and sites are numbered by instead. */
  readonly numbers?: { readonly fn: (index: number) => number; readonly site: (index: number) => number };
  /** The module is instrumented as a whole (program.ts): its top is the last of its functions. */
  readonly program?: boolean;
}

export interface CapturedVariable {
  readonly name: string;
  /** Assigned after its declaration: read and written through an accessor, never copied. */
  readonly mutable: boolean;
  readonly kind: Binding['kind'];
}

/** A script text and what it needs. */
export interface Unit {
  /** Local numbers of the functions it makes, in the order of the array it returns. */
  readonly functions: readonly number[];
  /** An expression: `(function($, $M, $A) { … return [copies]; })`. */
  readonly code: string;
  readonly moduleVariables: readonly CapturedVariable[];
  readonly activationVariables: readonly CapturedVariable[];
  /** The copies use `this` of the function around them, as `$A.this`. */
  readonly usesThis: boolean;
}

/** Line and column (from 1) where a site begins, and its range in the source. */
export interface Site {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

export class ModulePlan {
  readonly input: ModuleInput;
  readonly functions: readonly FunctionInfo[];
  /** Sites found so far; their numbers are `siteBase` + index. Making the same units in the same order gives the same. */
  readonly sites: Site[] = [];
  readonly #rewriteInput: Parameters<typeof rewriteRoot>[0];
  readonly #siteNumbers = new Map<string, number>();
  readonly #program: (() => Program) | undefined;

  constructor(input: ModuleInput) {
    this.input = input;
    const program = parseModule(input.source, input.path, input.format);
    const analysis = analyse(program, input.format, input.wrapper);
    const functions = listFunctions(program, input.source, analysis);
    const lines = new LineTable(input.source);
    this.functions = input.program ? [...functions.list, moduleTop(input, functions.list.length)] : functions.list;
    this.#rewriteInput = {
      source: input.source,
      analysis,
      functions,
      isStrict: strictTest(input.source, input.format, functions.nodes),
      functionNumber: (index) => input.numbers?.fn(index) ?? index + input.functionBase,
      ...(input.watch ? { watch: true } : {}),
      sites: {
        add: (node: Node) => {
          const key = `${node.start}:${node.end}:${node.type}`;
          let number = this.#siteNumbers.get(key);
          if (number === undefined) {
            number = this.sites.length;
            this.#siteNumbers.set(key, number);
            this.sites.push({ ...lines.at(node.start), start: node.start, end: node.end });
          }
          return input.numbers?.site(number) ?? number + input.siteBase;
        },
      },
    };
    // Every site is numbered now, in source order, whatever units are made later.
    for (const info of functions.list)
      if (info.outer === -1 && info.ofClass === -1) rewriteRoot(this.#rewriteInput, info.index);
    if (!input.program) return;
    const problem = programProblem(program, analysis);
    if (problem) throw fail('DS4010', { path: input.path, problem });
    const make = input.format === 'module' ? moduleProgram : commonJsProgram;
    this.#program = () =>
      make(this.#rewriteInput, program, input.path, this.#rewriteInput.functionNumber(functions.list.length));
    this.#program();
  }

  /** The instrumented module; only of one that was planned as a program. */
  program(): Program {
    if (!this.#program) throw new TypeError('the module was not planned as a program');
    return this.#program();
  }

  /** Functions whose captured variables are the module's alone: their copies share one unit. */
  get moduleLevel(): readonly FunctionInfo[] {
    return this.functions.filter((info) => !info.isClosure && info.ofClass === -1 && info.unsupported === undefined);
  }

  /** Private names of a class of the module's own level, in the order of its copy; undefined when it has none. */
  privateNames(index: number): readonly string[] | undefined {
    const { functions } = this.#rewriteInput;
    return functions.privates.specs.get(functions.nodes[index]!)?.map(({ name }) => name);
  }

  /** Why a recording cannot follow `new` of a class with private names, where that is so. */
  constructionGap(index: number): string | undefined {
    const { functions } = this.#rewriteInput;
    if (this.privateNames(index) === undefined) return undefined;
    const { how, reason } = functions.privates.construction(functions.nodes[index]!);
    return how === 'gap' ? reason : undefined;
  }

  /** Exact text of a function, as `toString` gives it in the target. */
  text(index: number): string {
    const info = this.functions[index];
    return info ? this.input.source.slice(info.start, info.end) : '';
  }

  /** `src/cart.ts:41` of a function. */
  place(index: number): string {
    return `${this.input.path}:${this.functions[index]?.line ?? 0}`;
  }

  /** Makes the unit for some functions: all of the module's own level, or one closure. */
  unit(indices: readonly number[]): Unit {
    const moduleVariables = new Map<string, Binding>();
    const activationVariables = new Map<string, Binding>();
    let usesThis = false;
    const copies = indices.map((index) => {
      const { code, captured } = rewriteRoot(this.#rewriteInput, index);
      for (const [name, binding] of captured.module) moduleVariables.set(name, binding);
      for (const [name, binding] of captured.activation) activationVariables.set(name, binding);
      usesThis ||= captured.usesThis;
      return { line: this.functions[index]?.line ?? 1, code };
    });
    // Each copy begins at its own line of the source, so that stacks of a replay name source lines.
    let line = 1;
    const body = copies.map((copy) => {
      const pad = '\n'.repeat(Math.max(0, copy.line - line));
      line += pad.length + breaks(copy.code);
      return pad + copy.code;
    });
    const { functions, isStrict } = this.#rewriteInput;
    const strict = indices.every((index) => isStrict(functions.nodes[index]!)) ? '"use strict";' : '';
    const describe = (bindings: Map<string, Binding>): CapturedVariable[] =>
      [...bindings].map(([name, binding]) => ({ name, mutable: binding.assigned, kind: binding.kind }));
    return {
      functions: indices,
      code: `(function($,$M,$A){${strict}var $t;return [${body.join(',')}];})\n//# sourceURL=devsandbox:copy/${this.input.path}`,
      moduleVariables: describe(moduleVariables),
      activationVariables: describe(activationVariables),
      usesThis,
    };
  }
}

const moduleTop = ({ path, source }: ModuleInput, index: number): FunctionInfo => ({
  index,
  kind: 'module',
  name: `load ${path}`,
  line: 1,
  column: 1,
  start: 0,
  end: source.length,
  isAsync: false,
  isGenerator: false,
  isStatic: false,
  outer: -1,
  isClosure: false,
  ofClass: -1,
  isComputed: false,
  unsupported: undefined,
});
