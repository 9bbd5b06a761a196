// Own modules of a program as they are loaded: which they are, what the loader runs in their place, and what the tape
// has to know of them.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../common/errors.ts';
import type { ManifestInstance, ManifestModule } from '../../instrument/manifest.ts';
import { ModulePlan } from '../../instrument/transform/index.ts';
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
  /** Its instance. */
  readonly index: number;
  /** Of its top among the functions of the tape. */
  readonly number: number;
}

export interface OwnCodeOptions {
  readonly cwd: string;
  readonly mainScript: string;
  readonly scope: readonly string[];
  readonly loaded: (module: LoadedModule) => void;
  readonly gap: (reason: string, place: string, detail: string) => void;
}

export class OwnCode {
  readonly #options: OwnCodeOptions;
  readonly #isOwn: (path: string) => boolean;
  #functionBase = 1;
  #siteBase = 1;
  #count = 0;
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
      const [functionBase, siteBase] = [this.#functionBase, this.#siteBase];
      const plan = new ModulePlan({ path: id, source, format, functionBase, siteBase, program: true });
      const { running, replayed, variables } = plan.program();
      this.#functionBase += plan.functions.length;
      this.#siteBase += plan.sites.length;
      const index = this.#count++;
      const original = originalInside(source);
      const made: OwnModule = { id, path, url, format, index, number: functionBase + plan.functions.length - 1 };
      this.#byUrl.set(url, made);
      this.#byNumber.set(made.number, made);
      if (format === 'module') this.#unbegun.add(made.number);
      this.#options.loaded({
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
          index,
          module: index,
          kind: 'program',
          functions: [plan.functions.length - 1],
          code: replayed,
          moduleVariables: variables.map((name) => ({ name, mutable: true, kind: 'variable' })),
          activationVariables: [],
          cells: {},
          usesThis: false,
        },
      });
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
