// Experimental features say so once in a process. What the program prints is its own, so they say it to nobody.

export function quietly(run: () => unknown): void {
  const described = Reflect.getOwnPropertyDescriptor(process, 'emitWarning')!;
  process.emitWarning = () => undefined;
  try {
    run();
  } finally {
    Object.defineProperty(process, 'emitWarning', described);
  }
}
