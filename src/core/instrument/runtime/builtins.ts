// How the contents of builtin objects are read. Taken once: what an object has of its own by these names is not run.

/** What an own class may extend and still be told with its contents; of others they are cut. */
export const builtinNames: ReadonlySet<string> = new Set(
  ['Map', 'Set', 'Date', 'RegExp', 'ArrayBuffer', 'Number', 'String', 'Boolean'].map((name) => `[object ${name}]`),
);

const getter = (prototype: object): (() => unknown) => Reflect.getOwnPropertyDescriptor(prototype, 'size')!.get!;
export const mapSize = getter(Map.prototype);
export const setSize = getter(Set.prototype);

/** The primitive in a Number, String or Boolean object with this tag. */
export const unboxed = (value: object, tag: string): unknown => {
  const { prototype } = tag === '[object Number]' ? Number : tag === '[object String]' ? String : Boolean;
  return Reflect.apply(prototype.valueOf, value, []);
};
