// DS6xxx: command line and magics.
export const commandErrors = {
  DS6001: { what: 'devsandbox needs Node.js 24 or newer and runs on {version}', remedy: 'install it from https://nodejs.org; targets may be Node.js 20 to 26' },
  DS6090: { what: 'the injected code {name} is missing from this installation ({path})', remedy: 'install devsandbox again' },
} as const;
