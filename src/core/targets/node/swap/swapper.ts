// Replaces a function in the running process by writing every reference to it, never by editing its code: LiveEdit can
// kill Node 24. The new function is compiled in the scope of the old one. It carries the old one in a private field, so
// that any later devsandbox finds it through the inspector and can put it back.
import { fail } from '../../../common/errors.ts';
import { ms, type Milliseconds } from '../../../common/units.ts';
import type { Replacement } from '../../target.ts';
import type { CdpClient } from '../cdp.ts';
import { functionCode } from './code.ts';
import { forceFrame } from './forced-frame.ts';
import { Inside, type ObjectId } from './inside.ts';
import { findReferences, type WalkRoots } from './references.ts';

export interface SwapperOptions extends WalkRoots {
  readonly cdp: CdpClient;
}

interface Facts {
  readonly source: string;
  readonly name: string;
  readonly isClass: boolean;
  readonly native: boolean;
}

interface Written {
  readonly references: string[];
  readonly missed: { place: string; reason: string }[];
  readonly pause: number;
}

const stamp = '#devsandboxOriginal';

/** The Debugger domain must be enabled on the client. */
export class Swapper {
  readonly #options: SwapperOptions;
  #inside: Promise<Inside> | undefined;
  #swaps = new Map<string, { readonly original: ObjectId; readonly next: ObjectId; readonly name: string }>();
  #count = 0;

  constructor(options: SwapperOptions) {
    this.#options = options;
  }

  /**
   * @param fn the function that runs now
   * @param home the object it is a method of, for `super`
   */
  async replace(fn: ObjectId, source: string, name: string, home?: ObjectId): Promise<Replacement> {
    const inside = await this.#load();
    const present = await this.#facts(inside, fn);
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
    const stamped = (await inside.properties(fn)).privateProperties?.find((property) => property.name === stamp)?.value
      ?.objectId;
    const original =
      stamped !== undefined && (await this.#facts(inside, stamped)).source === source.trim() ? stamped : undefined;
    const made =
      original === undefined
        ? await this.#compile(inside, fn, source, present, name, home)
        : { fn: original, pause: 0 };
    const next = made.fn;
    const written = await this.#write(inside, fn, next);
    if (written.references.length === 0)
      throw fail('DS5040', {
        name,
        reason: 'no reference to it was found',
        remedy: 'name it by a variable, export or property that holds it',
      });
    const id = `swap-${++this.#count}`;
    this.#swaps.set(id, { original: fn, next, name });
    const now = await this.#facts(inside, next);
    return {
      id,
      source: now.source,
      originalSource: present.source,
      references: written.references,
      missed: written.missed,
      pause: ms(made.pause + written.pause),
    };
  }

  async restore(
    id: string,
  ): Promise<{ readonly restored: number; readonly missed: Replacement['missed']; readonly pause: Milliseconds }> {
    const swap = this.#swaps.get(id);
    if (!swap) throw fail('DS5031', { which: `is known here as ${id}` });
    const { references, missed, pause } = await this.#write(await this.#load(), swap.next, swap.original);
    if (missed.length === 0) this.#swaps.delete(id);
    return { restored: references.length, missed, pause: ms(pause) };
  }

  /** Lets go of everything the inspector holds for us; what was replaced stays replaced. */
  async dispose(): Promise<void> {
    const inside = this.#inside;
    this.#inside = undefined;
    this.#swaps.clear();
    await (await inside?.catch(() => undefined))?.release();
  }

  #load(): Promise<Inside> {
    return (this.#inside ??= (async () => {
      const inside = new Inside(this.#options.cdp);
      await inside.load();
      return inside;
    })());
  }

  async #facts(inside: Inside, fn: ObjectId): Promise<Facts> {
    return (await inside.call('facts', [{ objectId: fn }], { value: true })).value as Facts;
  }

  async #compile(
    inside: Inside,
    fn: ObjectId,
    source: string,
    present: Facts,
    name: string,
    home: ObjectId | undefined,
  ): Promise<{ fn: ObjectId; pause: number }> {
    const { expression } = functionCode(source, present.source, present.name);
    const frame = await forceFrame(inside, fn, [], name);
    const prototype =
      home === undefined ? undefined : await inside.on(home, 'function () { return Object.getPrototypeOf(this); }', []);
    const made = await inside
      .call('compile', [
        { objectId: frame.scope },
        expression,
        prototype?.objectId ? { objectId: prototype.objectId } : null,
      ])
      .catch((error: unknown) => {
        throw fail('DS5042', { name, problem: error instanceof Error ? error.message : String(error) }, error);
      });
    if (made.type !== 'function' || !made.objectId)
      throw fail('DS5042', { name, problem: `it gives ${made.type}, no function` });
    await inside.call('adopt', [{ objectId: made.objectId }, { objectId: fn }, true]);
    return { fn: made.objectId, pause: frame.pause };
  }

  /** Writes `to` wherever `from` is held, flushes optimised readers, and looks whether anything is left. */
  async #write(inside: Inside, from: ObjectId, to: ObjectId): Promise<Written> {
    const references: string[] = [];
    let missed: Written['missed'] = [];
    let pause = 0;
    // Twice: what a binding or a property led to may have been made anew while the first pass ran.
    for (let pass = 0; pass < 3; pass++) {
      missed = [];
      const found = await findReferences(inside, from, this.#options);
      const properties = (
        await inside.call('writeAll', [{ objectId: found.search }, { objectId: to }], { value: true })
      ).value as { written: string[]; missed: Written['missed'] };
      references.push(...properties.written);
      missed.push(...properties.missed);
      for (const binding of found.bindings) {
        if (!(await this.#stillHolds(inside, binding.fn, binding.scopeFromOutside, binding.name, from))) continue;
        try {
          const frame = await forceFrame(
            inside,
            binding.fn,
            [{ scopeFromOutside: binding.scopeFromOutside, name: binding.name, value: to }],
            binding.label,
          );
          pause += frame.pause;
          const kept = await this.#stillHolds(inside, binding.fn, binding.scopeFromOutside, binding.name, from);
          if (kept)
            missed.push({ place: binding.label, reason: frame.refused[0]?.reason ?? 'the variable kept its value' });
          else references.push(binding.label);
        } catch (error) {
          missed.push({ place: binding.label, reason: error instanceof Error ? error.message : String(error) });
        }
      }
      if (found.cut && pass === 0) missed.push({ place: 'what lies deeper', reason: 'the walk ended at its budget' });
      if (properties.written.length === 0 && found.bindings.length === 0) break;
      if (missed.length > 0 && pass > 0) break;
    }
    await flushOptimised(inside.cdp);
    return { references: [...new Set(references)], missed, pause };
  }

  async #stillHolds(
    inside: Inside,
    fn: ObjectId,
    scopeFromOutside: number,
    name: string,
    value: ObjectId,
  ): Promise<boolean> {
    const { internalProperties = [] } = await inside.properties(fn);
    const scopes = internalProperties.find((property) => property.name === '[[Scopes]]')?.value?.objectId;
    if (!scopes) return false;
    const chain = (await inside.properties(scopes)).result.filter((property) => property.value?.objectId);
    const scope = chain[chain.length - 1 - scopeFromOutside]?.value?.objectId;
    if (!scope) return false;
    const body =
      'function (name, value) { return Object.getOwnPropertyDescriptor(this.object, name)?.value === value; }';
    return (await inside.on(scope, body, [name, { objectId: value }], { value: true })).value === true;
  }
}

/** Optimised code folds what it read: after a write it must forget. */
export async function flushOptimised(cdp: CdpClient): Promise<void> {
  await Promise.all([
    cdp.send('Profiler.enable'),
    cdp.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false }),
    cdp.send('Profiler.stopPreciseCoverage'),
    cdp.send('Profiler.disable'),
  ]);
}
