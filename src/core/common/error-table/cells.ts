// DS2xxx: cells, isolates and the sandbox host.
export const cellErrors = {
  DS2001: { what: 'the cell was interrupted', remedy: 'run it again; values of earlier cells are kept' },
} as const;
