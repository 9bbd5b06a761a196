// Own modules of a program as they are loaded: which they are, what the loader runs in their place, and what the tape
// has to know of them.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../common/errors.ts';
import type { ManifestInstance, ManifestModule } from '../../instrument/manifest.ts';
import { ModulePlan, type ModuleInput } from '../../instrument/transform/index.ts';
import { ownRule } from '../node/own-rule.ts';
import { originalInside } from '../node/recording/original-source.ts';
import { inScope } from '../node/recording/scope.ts';
import { quietly } from './quietly.ts';

/** A module as the manifest has it. */
export interface LoadedModule {
  readonly module: ManifestModule;
  readonly instance: ManifestInstance;
}

export interface OwnModule {
  readonly id: string;
  readonly path: string;
  readonly url: string;
  readonly format: 'module' | 'commonjs';
  /** Of its top among the functions of the tape. */
  readonly number: number;
}

export interface OwnCodeOptions {
  readonly cwd: string;
  readonly mainScript: string;
  readonly scope: readonly string[];
  readonly loaded: (module: LoadedModule, made: OwnModule) => void;
  readonly gap: (reason: string, place: string, detail: string) => void;
  /** Next numbers of functions and sites, where several threads number modules. */
  readonly numbers?: Int32Array<SharedArrayBuffer>;
}

export class OwnCode {
  readonly #options: OwnCodeOptions;
  readonly #isOwn: (path: string) => boolean;
  readonly #numbers = new Int32Array(2);
  readonly #indices = new Map<number, number>();
  readonly #byUrl = new Map<string, OwnModule>();
  /** ECMAScript modules that were read and have not begun. */
  readonly #unbegun = new Set<number>();
  readonly #byNumber = new Map<number, OwnModule>();

  constructor(options: OwnCodeOptions) {
    const { cwd, mainScript, scope } = options;
    this.#options = options;
    if (scope.length > 0) quietly(() => inScope(scope, mainScript, cwd));
    this.#isOwn = scope.length > 0 ? (path) => inScope(scope, path, cwd) : ownRule(cwd, mainScript);
  }

  has(path: string): boolean {
    return isAbsolute(path) && this.#isOwn(path);
  }

  /** The module that was loaded last from a URL. */
  at(url: string): OwnModule | undefined {
    return this.#byUrl.get(url);
  }

  byNumber(module: number): OwnModule | undefined {
    return this.#byNumber.get(module);
  }

  /** Tells of a module that was instrumented here or elsewhere. */
  add({ module, instance }: LoadedModule, made: OwnModule): void {
    const index = this.#indices.size;
    this.#indices.set(made.number, index);
    this.#byUrl.set(made.url, made);
    this.#byNumber.set(made.number, made);
    if (made.format === 'module') this.#unbegun.add(made.number);
    this.#options.loaded({ module, instance: { ...instance, index, module: index } }, made);
  }

  /** Of the instance of a module. */
  indexOf(module: number): number {
    return this.#indices.get(module) ?? 0;
  }

  /** Numbers are taken when it is known how many there are: meanwhile another thread may take some. */
  #plan(input: ModuleInput): ModulePlan {
    const { functions, sites } = new ModulePlan(input);
    const { numbers = this.#numbers } = this.#options;
    const take = (at: number, count: number): number => 1 + Atomics.add(numbers, at, count);
    return new ModulePlan({ ...input, functionBase: take(0, functions.length), siteBase: take(1, sites.length) });
  }

  began(module: number): void {
    this.#unbegun.delete(module);
  }

  /** Number of the function, where a module that has not begun has declared it; 0 for every other. */
  declaredBy(fn: object): number {
    if (this.#unbegun.size === 0) return 0;
    // As rewrite-functions.ts writes the entries of declared functions.
    return Number(/^[^{]*\)\{[^{]*?=\$\.(?:on\?null:\$\.e|as)\(\(\$q\d+\|\|(\d+)\)/.exec(textOf(fn))?.[1] ?? 0);
  }

  /** Text to run instead of that of an own module; undefined when it stays as it is. */
  instrument(
    path: string,
    source: string,
    format: 'module' | 'commonjs',
    url = pathToFileURL(path).href,
  ): string | undefined {
    const id = relative(this.#options.cwd, path);
    try {
      const plan = this.#plan({ path: id, source, format, functionBase: 1, siteBase: 1, program: true });
      const { functionBase, siteBase } = plan.input;
      const { running, replayed, variables } = plan.program();
      const original = originalInside(source);
      const made: OwnModule = { id, path, url, format, number: functionBase + plan.functions.length - 1 };
      const loaded: LoadedModule = {
        module: {
          id,
          url,
          format,
          source,
          ...(original ? { original } : {}),
          functionBase,
          siteBase,
          sites: plan.sites,
          functions: plan.functions.map(({ name, line, column, kind }) => ({ name, line, column, kind })),
        },
        instance: {
          index: 0,
          module: 0,
          kind: 'program',
          functions: [plan.functions.length - 1],
          code: replayed,
          moduleVariables: variables.map((name) => ({ name, mutable: true, kind: 'variable' })),
          activationVariables: [],
          cells: {},
          usesThis: false,
        },
      };
      this.add(loaded, made);
      return running;
    } catch (error) {
      this.#options.gap('not-instrumented', id, messageOf(error));
      return undefined;
    }
  }
}

const textOf = (fn: object): string => Function.prototype.toString.call(fn);

/** The file that node was started with, by the name that it is loaded under. */
export function mainScript(cwd: string, argument: string | undefined): string {
  if (argument === undefined || argument === '-') return '';
  try {
    return realpathSync(createRequire(join(cwd, 'main.js')).resolve(argument));
  } catch {
    return argument;
  }
}
