// Promises of the language. The app may have put others on the global object, whose methods are for their own only.

export const NativePromise = (async () => undefined)().constructor as PromiseConstructor;
// Called with a promise as its receiver.
// oxlint-disable-next-line typescript/unbound-method
const { then } = NativePromise.prototype;

export const whenSettled = <T>(
  promise: object,
  fulfilled: (value: unknown) => T,
  rejected?: (error: unknown) => T,
): Promise<T> => Reflect.apply(then, promise, [fulfilled, rejected]) as Promise<T>;
