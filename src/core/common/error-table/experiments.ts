// DS8xxx: variants.
export const experimentErrors = {
  DS8001: { what: 'no variant is called {name}', remedy: 'list them with %variant list' },
  DS8002: { what: 'current cannot be compared with itself', remedy: 'name a variant defined with %%variant' },
  DS8003: {
    what: 'the two variants replace different functions, {a} and {b}',
    remedy: 'compare variants of one function, or each with current',
  },
  DS8004: {
    what: 'the variant {name} is no function: {problem}',
    remedy: 'give one function, arrow or method as text',
  },
  DS8005: {
    what: 'the tape has no function {fn} in {module}',
    remedy: 'look at the names with %inspect {module}, and use one that was recorded',
  },
  DS8006: { what: 'this build cannot re-execute a tape with a replaced function', remedy: 'update devsandbox' },
  DS8007: {
    what: 'a re-execution did not come back from {fn}: call #{call} ran longer than 20 s',
    remedy: 'look for a loop without an end in the variant',
  },
} as const;
