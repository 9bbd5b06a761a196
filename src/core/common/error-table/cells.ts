// DS2xxx: cells, isolates and the sandbox host.
export const cellErrors = {
  DS2001: { what: 'the cell was interrupted', remedy: 'run it again; values of earlier cells are kept' },
  DS2002: {
    what: 'the cell ran longer than its limit of {limit}',
    remedy: 'raise the time limit, or do the work in smaller cells; values of earlier cells are kept',
  },
  DS2003: {
    what: 'the cells used more than their {limit} MB of memory',
    remedy: 'run the cells you need again with less data or a higher memory limit; their values were lost',
  },
  DS2004: {
    what: 'the process that runs the cells ended ({reason})',
    remedy:
      'run the cells you need again; the session, its target and its tapes are kept, values of earlier cells were lost',
  },
  DS2005: {
    what: 'the cell did not stop when asked, so its process was replaced',
    remedy: 'run the cells you need again; values of earlier cells were lost',
  },
  DS2006: {
    what: 'the process that runs the cells did not start ({reason})',
    remedy: 'check that devsandbox is installed completely and that this machine lets it start processes',
  },
  DS2007: { what: 'the cells have been closed', remedy: 'open a new session' },
  DS2010: { what: '{problem} ({place})', remedy: 'correct the cell and run it again' },
  DS2011: { what: 'cannot find {specifier}, imported from {from}', remedy: '{remedy}' },
  DS2012: { what: '{specifier} reaches the machine, which cells may not', remedy: 'run %allow {grant} and try again' },
  DS2013: {
    what: '{package} needs {specifier}, which reaches the machine',
    remedy: 'run %allow pkg:{package} and try again',
  },
  DS2014: {
    what: '{specifier} cannot be loaded in a cell: {reason}',
    remedy: 'run %allow pkg:{package} to load it in the sandbox host, or import another package',
  },
  DS2015: { what: '{specifier} has no export named {name}', remedy: 'import one of: {exports}' },
  DS2016: {
    what: 'fetch of {url} leaves the target, which cells may not',
    remedy: "run %allow net and try again; the target's own address needs nothing",
  },
  DS2017: { what: 'the fetch of {url} failed: {reason}', remedy: 'check the address and that something listens there' },
  DS2020: {
    what: 'the value of {expression} has no JSON form: {reason}',
    remedy: 'use text, numbers, booleans, lists and plain objects',
  },
  DS2021: {
    what: 'a value from the cell cannot go into the target: {reason}',
    remedy: 'pass text, numbers, booleans, lists, plain objects, or values read from app',
  },
  DS2022: { what: 'this handle is no longer valid: {reason}', remedy: 'import it again' },
  DS2023: {
    what: '{operation} is not possible on a value of the target',
    remedy: 'read its properties, or assign to one with write access',
  },
  DS2024: { what: 'the target has no module {module}', remedy: 'list them with Object.keys(app.modules)' },
  DS2025: {
    what: 'the cell printed more than {limit} characters; the rest was left out',
    remedy: 'print less, or write to a file with %allow fs',
  },
} as const;
