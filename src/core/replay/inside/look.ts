// Looks at values of own code without running any of it: a getter or a trap that ran would be an entry that nobody recorded.

/** A property as it lies there, on the object or on what it inherits from; undefined for an accessor. */
export function property(value: object, key: PropertyKey): unknown {
  for (let at: object | null = value; at; at = Reflect.getPrototypeOf(at)) {
    const described = Reflect.getOwnPropertyDescriptor(at, key);
    if (described) return described.value as unknown;
  }
  return undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Name of an error, of its class where the name is computed. */
export function errorName(error: Error): string {
  const made = property(error, 'constructor');
  return (
    textOf(property(error, 'name')) || (typeof made === 'function' ? textOf(property(made, 'name')) : '') || 'Error'
  );
}

/** `TypeError: no price` */
export const errorText = (error: Error): string => `${errorName(error)}: ${textOf(property(error, 'message'))}`;

export const errorMessage = (error: Error): string => textOf(property(error, 'message'));

export function errorStack(error: Error): string {
  // Newer engines have an accessor of their own there.
  const described = Reflect.getOwnPropertyDescriptor(error, 'stack');
  const native = described?.get && Function.prototype.toString.call(described.get).includes('[native code]');
  return textOf(native ? described.get!.call(error) : described?.value);
}
