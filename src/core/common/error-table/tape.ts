// DS3xxx: reading and writing tapes.
export const tapeErrors = {
  DS3001: { what: '{path} is not a tape', remedy: 'pass a .tape file that devsandbox wrote' },
} as const;
