// The app's functions in the isolate: the same units that ran in the target, around captured variables that come from
// the first snapshot.
import type { Boundary } from '../../instrument/runtime/boundary.ts';
import type { Manifest } from '../../instrument/manifest.ts';
import { Kind as EventKind } from '../../instrument/runtime/event-kinds.ts';
import { functionNumber, Kind, kindOf } from '../../instrument/runtime/marks.ts';
import { skipValue } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Decoder } from './decode.ts';
import { followPrograms, isProgram } from './programs.ts';

type Scope = Record<string, unknown>;
type Unit = (helpers: unknown, module: Scope, activation: Scope) => (object | undefined)[];

export interface Units {
  functionFor(number: number, self: unknown): unknown;
  /** Of a program, the closure that was made as the nth of its function. */
  closure(number: number, nth: number): unknown;
  variable(instance: number, name: string): unknown;
  layFirstState(cursor: Cursor, decoder: Decoder): void;
  change(changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void;
  describe(
    encode: (value: unknown) => Uint8Array,
  ): { readonly module: string; readonly name: string; readonly bytes: Uint8Array }[];
}

export function buildUnits(
  manifest: Manifest,
  helpers: Record<string, unknown>,
  decoder: Decoder,
  boundary: Boundary,
): Units {
  const modules: Scope[] = manifest.modules.map(() => ({}));
  const programs = isProgram(manifest)
    ? followPrograms({ manifest, helpers, decoder, boundary, scopes: modules })
    : undefined;
  const cells = new Map<number, { v: unknown }>();
  const activations: Scope[] = [];
  const copies: (object | undefined)[][] = [];
  const byNumber = new Map<number, object>();
  let changed = false;

  const global = globalThis as unknown as Scope;
  for (const instance of manifest.instances) {
    for (const [, name] of instance.code.matchAll(/\$\.G\("([^"]+)"/g))
      if (name && !(name in global)) global[name] = decoder.global(name);
  }
  for (const instance of manifest.instances) {
    const activation: Scope = {};
    for (const [name, number] of Object.entries(instance.cells)) {
      const cell = cells.get(number) ?? { v: undefined };
      cells.set(number, cell);
      Object.defineProperty(activation, name, {
        get: () => cell.v,
        set: (value: unknown) => {
          cell.v = value;
        },
        enumerable: true,
      });
    }
    activations[instance.index] = activation;
    const unit = (0, eval)(instance.code) as Unit;
    const made = unit(helpers, modules[instance.module] as Scope, activation);
    copies[instance.index] = made;
    const base = manifest.modules[instance.module]?.functionBase ?? 0;
    instance.functions.forEach((fn, index) => {
      const copy = made[index];
      if (!copy) return;
      if (!byNumber.has(base + fn)) byNumber.set(base + fn, copy);
      const prototype = Reflect.getOwnPropertyDescriptor(copy, 'prototype')?.value as object | undefined;
      const info = manifest.modules[instance.module]?.functions[fn];
      if (info?.kind === 'class' && prototype) {
        decoder.classes.set(base + fn, { prototype });
        for (const holder of [copy, prototype]) {
          for (const key of Reflect.ownKeys(holder)) {
            const described = Reflect.getOwnPropertyDescriptor(holder, key);
            for (const member of [described?.value, described?.get, described?.set] as unknown[]) {
              const number = typeof member === 'function' && key !== 'constructor' ? functionNumber(member) : 0;
              if (number !== 0) byNumber.set(number, member as object);
            }
          }
        }
      }
    });
  }

  const scopeOf = (instance: number, name: string): Scope => {
    const info = manifest.instances[instance];
    const inActivation = name === 'this' || info?.activationVariables.some((variable) => variable.name === name);
    return (inActivation ? activations[instance] : modules[info?.module ?? -1]) ?? {};
  };

  return {
    functionFor(number, self) {
      // A method has no identity of its own on the tape: the receiver's comes first, for literals made several times.
      for (let at = self; at !== null && typeof at === 'object'; at = Reflect.getPrototypeOf(at)) {
        if (kindOf(at) === Kind.foreign) break;
        for (const key of Reflect.ownKeys(at)) {
          const described = Reflect.getOwnPropertyDescriptor(at, key);
          for (const member of [described?.value, described?.get, described?.set] as unknown[])
            if (typeof member === 'function' && functionNumber(member) === number) return member;
        }
      }
      return byNumber.get(number) ?? programs?.latest(number);
    },
    closure: (number, nth) => programs?.closure(number, nth),
    variable: (instance, name) => scopeOf(instance, name)[name],
    layFirstState(cursor, from) {
      // The state of a program comes into being as it runs.
      if (programs) return;
      const places: { instance: number; name: string; reader: Parameters<typeof skipValue>[0]; at: number }[] = [];
      for (
        let head = cursor.peek();
        head && head.kind !== EventKind.enter && head.kind !== EventKind.settle;
        head = cursor.peek()
      ) {
        if (head.kind !== EventKind.state) {
          cursor.skip();
          continue;
        }
        const { reader } = cursor.take();
        const instance = reader.varint();
        reader.u8();
        for (let left = reader.varint(); left > 0; left--) {
          const name = reader.string();
          places.push({ instance, name, reader, at: reader.at });
          skipValue(reader);
        }
        if (places.length > 0 && new Set(places.map((place) => place.instance)).size >= manifest.instances.length)
          break;
      }
      const goOn = places.at(-1)?.reader;
      const back = goOn?.at ?? 0;
      // Functions first: values refer to those of every instance.
      for (const place of places) {
        if (place.name !== '$functions') continue;
        const { reader } = place;
        reader.at = place.at + 1;
        from.taken(reader.varint());
        reader.varint();
        const count = reader.varint();
        for (let i = 0; i < count; i++) {
          const tag = reader.bytes[reader.at];
          const copy = copies[place.instance]?.[i];
          if (tag === 18 && copy) {
            reader.at += 1;
            from.know(reader.varint(), copy);
            reader.varint();
          } else skipValue(reader);
        }
      }
      for (const place of places) {
        if (place.name === '$functions') continue;
        place.reader.at = place.at;
        scopeOf(place.instance, place.name)[place.name] = from.read(place.reader);
      }
      if (goOn) goOn.at = back;
    },
    change(changes) {
      if (changed) return;
      changed = true;
      if (programs) return programs.change(changes);
      manifest.modules.forEach((module, index) => {
        for (const [name, value] of Object.entries(changes[module.id] ?? {})) (modules[index] as Scope)[name] = value;
      });
    },
    describe(encode) {
      const seen = new Set<string>();
      const list: { module: string; name: string; bytes: Uint8Array }[] = [];
      for (const instance of manifest.instances) {
        const module = manifest.modules[instance.module]?.id ?? '';
        for (const { name, kind } of instance.moduleVariables) {
          if (seen.has(`${module}#${name}`) || /^(?:import|namespace|wrapper)$/.test(kind)) continue;
          seen.add(`${module}#${name}`);
          list.push({ module, name, bytes: encode(modules[instance.module]?.[name]) });
        }
      }
      return list;
    },
  };
}
