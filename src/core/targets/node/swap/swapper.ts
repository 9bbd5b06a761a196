// Replaces a function in the running process by writing every reference to it, never by editing its code: LiveEdit can
// kill Node 24. The new function is compiled in the scope of the old one. It carries the old one in a private field, so
// that any later devsandbox finds it through the inspector and can put it back. The work is done inside (agent/swap).
import { fail } from '../../../common/errors.ts';
import { ms } from '../../../common/units.ts';
import type { Handle } from '../../live-value.ts';
import type { Replacement, Restored } from '../../target.ts';
import type { Reference, Written } from '../agent/swap/index.ts';
import type { SearchOptions } from '../agent/swap/references.ts';
import type { Modules } from '../modules.ts';
import type { NodeSession } from '../session.ts';
import { resuming } from '../stops.ts';
import { functionCode } from './code.ts';
import { Inside } from './inside.ts';

/** Begins the id of a replacement by what was there already. */
const unchanged = 'unchanged:';

export interface SwapperOptions {
  readonly session: NodeSession;
  readonly modules: Modules;
}

export class Swapper {
  readonly #session: NodeSession;
  readonly #modules: Modules;
  #inside: Promise<Inside> | undefined;

  constructor({ session, modules }: SwapperOptions) {
    this.#session = session;
    this.#modules = modules;
  }

  /**
   * @param fn the function that runs now
   * @param home the object it is a method of, for `super`
   */
  async replace(fn: Handle, source: string, name: string, home: Handle | undefined): Promise<Replacement> {
    const inside = await this.#load();
    const present = await inside.call('look', fn);
    if (present.native)
      throw fail('DS5040', {
        name,
        reason: 'it is not written in JavaScript',
        remedy: 'replace the function that calls it',
      });
    if (present.isClass)
      throw fail('DS5040', {
        name,
        reason: 'it is a class',
        remedy: `replace one of its methods: ${name}.prototype.method`,
      });
    const wanted = source.trim();
    // What is there already stays, and nothing else is to be found.
    if (present.source === wanted && present.originalSource === null)
      return {
        id: `${unchanged}${fn}`,
        handle: fn,
        source: wanted,
        originalSource: wanted,
        references: [],
        missed: [],
        pause: ms(0),
      };
    const expression =
      present.originalSource === wanted ? null : functionCode(source, present.source, present.name).expression;
    const options = await this.#searchOptions();
    const replaced = await resuming(this.#session, () => inside.call('replace', fn, expression, home ?? null, options));
    if ('failed' in replaced) {
      if (replaced.failed === 'scope') throw fail('DS5041', { name, reason: replaced.reason });
      if (replaced.failed === 'code') throw fail('DS5042', { name, problem: replaced.reason });
      throw fail('DS5040', {
        name,
        reason: replaced.reason,
        remedy: 'name it by a variable, export or property that holds it',
      });
    }
    return {
      id: String(replaced.id),
      handle: replaced.handle as Handle,
      source: replaced.source,
      originalSource: present.source,
      ...(await this.#named(replaced)),
      pause: ms(replaced.pause),
    };
  }

  async restore(id: string): Promise<Restored> {
    if (id.startsWith(unchanged))
      return { restored: 0, missed: [], handle: Number(id.slice(unchanged.length)) as Handle, pause: ms(0) };
    const inside = await this.#load();
    const options = await this.#searchOptions();
    const restored = await resuming(this.#session, () => inside.call('restore', Number(id), options));
    if (!restored) throw fail('DS5031', { which: `is known here as ${id}` });
    const { references, missed } = await this.#named(restored);
    return { restored: references.length, missed, handle: restored.handle as Handle, pause: ms(restored.pause) };
  }

  /** Lets go of everything the inspector holds for us; what was replaced stays replaced. */
  async dispose(): Promise<void> {
    const inside = this.#inside;
    this.#inside = undefined;
    await (await inside?.catch(() => undefined))?.release();
  }

  #load(): Promise<Inside> {
    if (!this.#inside) {
      this.#inside = Inside.open(this.#session);
      this.#inside.catch(() => (this.#inside = undefined));
    }
    return this.#inside;
  }

  async #searchOptions(): Promise<SearchOptions> {
    const [scripts, modules] = await Promise.all([this.#session.scripts(), this.#modules.list()]);
    const internal = [...scripts.all()].filter(
      ({ url }) => url.startsWith('node:') || (url.startsWith('devsandbox:') && !url.startsWith('devsandbox:edit/')),
    );
    return {
      modules: modules.map((module) => ({ name: module.loaderName, label: module.id })),
      internal: internal.map((script) => script.id),
      // Those of this Node; a newer one may have more, which are then looked at.
      globals: Object.getOwnPropertyNames(globalThis),
    };
  }

  async #named({ references, missed, cut }: Written): Promise<Pick<Replacement, 'references' | 'missed'>> {
    const scripts = await this.#session.scripts();
    const text = (reference: Reference): string => {
      if ('label' in reference) return reference.label;
      const script = scripts.byId(reference.scriptId);
      const place = script?.path === undefined ? script?.url : this.#modules.idOf(script.path);
      return `variable ${reference.variable}${place ? ` of ${place}` : ''}`;
    };
    return {
      references: references.map(text),
      missed: [
        ...missed.map(({ place, reason }) => ({ place: text(place), reason })),
        ...(cut ? [{ place: 'what lies deeper', reason: 'the walk ended at its budget' }] : []),
      ],
    };
  }
}
