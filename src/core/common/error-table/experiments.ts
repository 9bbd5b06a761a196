// DS8xxx: variants.
export const experimentErrors = {
  DS8001: { what: 'no variant is called {name}', remedy: 'list them with %variant list' },
} as const;
