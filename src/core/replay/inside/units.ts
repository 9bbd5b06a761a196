// The app's functions in the isolate: the same units that ran in the target, around captured variables that come from
// the first snapshot.
import type { Boundary } from '../../instrument/runtime/boundary.ts';
import type { Manifest } from '../../instrument/manifest.ts';
import type { ByteReader } from '../../instrument/runtime/bytes.ts';
import type { ClassTable } from '../../instrument/runtime/classes.ts';
import { Kind as EventKind } from '../../instrument/runtime/event-kinds.ts';
import { functionNumber, Kind, kindOf, setExtra, setKind } from '../../instrument/runtime/marks.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import { skipValue } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Decoder } from './decode.ts';
import { put } from './extras.ts';
import { followPrograms, isProgram } from './programs.ts';

type Scope = Record<string, unknown>;
type Unit = (helpers: unknown, module: Scope, activation: Scope) => (object | undefined)[];

export interface Units {
  functionFor(number: number, self: unknown): unknown;
  /** Of a program, the closure that was made as the nth of its function. */
  closure(number: number, nth: number): unknown;
  variable(instance: number, name: string): unknown;
  change(changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void;
  describe(
    encode: (value: unknown) => Uint8Array,
  ): { readonly module: string; readonly name: string; readonly bytes: Uint8Array }[];
}

interface UnitMeans {
  readonly helpers: Record<string, unknown>;
  readonly decoder: Decoder;
  readonly classes: ClassTable;
  /** Stands before the first snapshot. */
  readonly cursor: Cursor;
  readonly boundary: Boundary;
}

/** Makes the units and lays the first snapshot over them. */
export function buildUnits(manifest: Manifest, { helpers, decoder, classes, cursor, boundary }: UnitMeans): Units {
  const modules: Scope[] = manifest.modules.map(() => ({}));
  const programs = isProgram(manifest)
    ? followPrograms({ manifest, helpers, decoder, boundary, scopes: modules })
    : undefined;
  const cells = new Map<number, { v: unknown }>();
  const activations: Scope[] = [];
  const copies: (object | undefined)[][] = [];
  const byNumber = new Map<number, object>();
  let changed = false;

  const classCopies: object[] = [];
  for (const { index } of manifest.instances) activations[index] = {};
  const scopeOf = (instance: number, name: string): Scope => {
    const info = manifest.instances[instance];
    const inActivation = name === 'this' || info?.activationVariables.some((variable) => variable.name === name);
    return (inActivation ? activations[instance] : modules[info?.module ?? -1]) ?? {};
  };

  /**
   * `@12.made`, `@12#count`, `@12[]`, `@12^`: a property or private static of a function, the key of a computed member,
   * what a class extends.
   */
  const ofFunction = (name: string) => {
    const [, number, kind, key] = /^@(\d+)(\.|#|\[\]|\^)(.*)$/s.exec(name) ?? [];
    if (kind === undefined || number === undefined || key === undefined) return undefined;
    const fn = byNumber.get(Number(number));
    const secret = kind === '#' ? classes.names[Number(number)]?.find(({ spec }) => spec.name === key) : undefined;
    return {
      get: (): unknown => {
        if (kind === '[]') return classes.keys.get(Number(number));
        if (kind === '^') return classes.parents.get(Number(number));
        if (kind === '#') return fn && secret?.access.has(fn) ? secret.access.get(fn) : undefined;
        return fn && (Reflect.getOwnPropertyDescriptor(fn, key)?.value as unknown);
      },
      set: (value: unknown): void => {
        if (kind === '[]') classes.keys.set(Number(number), value as PropertyKey);
        else if (kind === '^') classes.parents.set(Number(number), value);
        else if (fn && kind === '#') secret?.i(fn, value);
        else if (fn) put(fn, key, value, true);
      },
    };
  };
  const assign = (instance: number, name: string, value: unknown): void => {
    const place = ofFunction(name);
    if (place) place.set(value);
    else scopeOf(instance, name)[name] = value;
  };

  // The state of a program comes into being as it runs.
  const places = programs ? [] : firstState(cursor, manifest.instances.length);
  const goOn = places.at(-1)?.reader;
  const back = goOn?.at ?? 0;
  const lay = (wanted: (tag: number, name: string) => boolean): void => {
    for (const place of places) {
      const { instance, name, reader } = place;
      if (place.laid || name === '$functions' || !wanted(reader.bytes[place.at] ?? 0, name)) continue;
      place.laid = true;
      reader.at = place.at;
      assign(instance, name, decoder.read(reader));
    }
  };
  // What classes extend and the keys of their members are needed when their copies are made.
  lay((tag, name) => isSimple(tag) && (!name.startsWith('@') || /^@\d+(?:\[\]|\^)$/.test(name)));

  const global = globalThis as unknown as Scope;
  for (const instance of manifest.instances) {
    for (const [, name] of instance.code.matchAll(/\$\.G\("([^"]+)"/g))
      if (name && !(name in global)) global[name] = decoder.global(name);
  }
  for (const instance of manifest.instances) {
    const activation = activations[instance.index] ?? {};
    for (const [name, number] of Object.entries(instance.cells)) {
      const cell = cells.get(number) ?? { v: activation[name] };
      cells.set(number, cell);
      Object.defineProperty(activation, name, {
        get: () => cell.v,
        set: (value: unknown) => {
          cell.v = value;
        },
        enumerable: true,
      });
    }
    const unit = (0, eval)(instance.code) as Unit;
    const made = unit(helpers, modules[instance.module] as Scope, activation);
    copies[instance.index] = made;
    const base = manifest.modules[instance.module]?.functionBase ?? 0;
    instance.functions.forEach((fn, index) => {
      const copy = made[index];
      if (!copy) return;
      // Members of objects are made inside a literal, unmarked.
      if (kindOf(copy) === 0) {
        setKind(copy, Kind.ownFunction);
        setExtra(copy, base + fn);
      }
      if (!byNumber.has(base + fn)) byNumber.set(base + fn, copy);
      const prototype = Reflect.getOwnPropertyDescriptor(copy, 'prototype')?.value as object | undefined;
      const info = manifest.modules[instance.module]?.functions[fn];
      if (info?.kind === 'class' && prototype) {
        classCopies.push(copy);
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

  // Functions before data: values refer to those of every instance.
  for (const place of places) {
    if (place.name !== '$functions') continue;
    const { reader } = place;
    reader.at = place.at + 1;
    decoder.taken(reader.varint());
    reader.varint();
    const count = reader.varint();
    for (let i = 0; i < count; i++) {
      const tag = reader.bytes[reader.at];
      const copy = copies[place.instance]?.[i];
      if (tag === Tag.function && copy) {
        reader.at += 1;
        decoder.know(reader.varint(), copy);
        reader.varint();
      } else skipValue(reader);
    }
  }
  lay((tag) => tag === Tag.function);
  classes.link(classCopies);
  lay(() => true);
  if (goOn) goOn.at = back;

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
    variable: (instance, name) => {
      const place = ofFunction(name);
      return place ? place.get() : scopeOf(instance, name)[name];
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

interface Place {
  readonly instance: number;
  readonly name: string;
  readonly reader: ByteReader;
  readonly at: number;
  laid: boolean;
}

/** Values that need nothing but themselves. */
const isSimple = (tag: number): boolean =>
  tag <= Tag.bigint || tag === Tag.symbol || tag === Tag.foreign || tag === Tag.intrinsic || tag === Tag.global;

/** Where each variable stands in the first snapshot; the cursor is behind it then. */
function firstState(cursor: Cursor, instances: number): Place[] {
  const places: Place[] = [];
  const seen = new Set<number>();
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
    seen.add(instance);
    reader.u8();
    for (let left = reader.varint(); left > 0; left--) {
      const name = reader.string();
      places.push({ instance, name, reader, at: reader.at, laid: false });
      skipValue(reader);
    }
    if (places.length > 0 && seen.size >= instances) break;
  }
  return places;
}
