// DS6xxx: command line and magics.
export const commandErrors = {
  DS6001: {
    what: 'devsandbox needs Node.js 24 or newer and runs on {version}',
    remedy: 'install it from https://nodejs.org; targets may be Node.js 20 to 26',
  },
  DS6090: {
    what: 'the injected code {name} is missing from this installation ({path})',
    remedy: 'install devsandbox again',
  },
  DS6002: { what: 'there is no magic %{name}', remedy: '{hint}' },
  DS6003: { what: '%{magic} has no option {option}', remedy: '{hint}' },
  DS6004: { what: '%{magic} needs {argument}', remedy: 'write it as "{usage}"' },
  DS6005: { what: '{value} is not valid for {argument} of %{magic}', remedy: 'give {expected}' },
  DS6006: { what: '%{magic} has no subcommand {name}', remedy: '{hint}' },
  DS6007: { what: '%{magic} needs a body', remedy: 'begin the cell with %%{magic} and put the body below that line' },
  DS6008: { what: '%{magic} takes no body', remedy: 'write it with one % and put other code in a cell of its own' },
  DS6009: { what: '{what} in "{line}" is not closed', remedy: 'add the missing {closing}' },
  DS6010: { what: '%{magic} does not take {value}', remedy: 'write it as "{usage}"' },
  DS6011: {
    what: '$({expression}) has no value that can stand in a magic',
    remedy: 'use an expression whose value is JSON: text, numbers, lists, plain objects',
  },
  DS6012: {
    what: '%{magic} measures code and cannot stand among other code here',
    remedy: 'put it at the start of a line of its own with one expression, or begin the cell with %%{magic}',
  },
  DS6013: {
    what: '{name} is not known',
    remedy: 'list the magics with %lsmagic, or attach a target to inspect what it holds',
  },
  DS6020: { what: '{problem}', remedy: '{hint}' },
  DS6021: { what: '{path} cannot be read ({reason})', remedy: 'give the path of a script or notebook that exists' },
  DS6022: {
    what: '{path} is neither a script nor a notebook',
    remedy: 'give a .ts or .js file with cells divided by "// %%", or an .ipynb file',
  },
  DS6023: { what: '{path} is not a notebook: {reason}', remedy: 'save it again with Jupyter' },
  DS6024: {
    what: 'devsandbox replay needs to know what to do',
    remedy: 'add --check; a single call is replayed with %replay in devsandbox repl',
  },
  DS6025: {
    what: 'the part that records a program from its start is not in this installation',
    remedy: 'start the program, attach with devsandbox repl --attach and use %record',
  },
  DS6099: {
    what: 'devsandbox met an error of its own: {message}',
    remedy: 'set DEVSANDBOX_DEBUG=1, try again and report what it shows',
  },
} as const;
