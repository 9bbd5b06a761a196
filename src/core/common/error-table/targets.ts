// DS1xxx: finding, attaching to and talking to a target.
export const targetErrors = {
  DS1001: {
    what: 'no running process matches {selector}',
    remedy: 'list the candidates with "devsandbox targets" and pass a pid, :port, name or script path',
  },
  DS1002: {
    what: 'the target {target} has exited',
    remedy: 'start it again and attach anew; tapes and edits recorded so far are kept',
  },
  DS1003: { what: 'no target is attached', remedy: 'attach one with %attach PID or --attach PID' },
  DS1004: { what: '{selector} matches several processes: {candidates}', remedy: 'pass the pid of one of them' },
  DS1005: {
    what: 'process {pid} is not Node.js ({executable})',
    remedy: 'list the candidates with "devsandbox targets"',
  },
  DS1006: {
    what: 'process {pid} belongs to another user ({user})',
    remedy: 'run devsandbox as that user, or pass the URL of its inspector',
  },
  DS1007: {
    what: 'process {pid} does not open its inspector on SIGUSR1 (--permission or --disable-sigusr1)',
    remedy: 'start it without that option, or with --inspect=0, and attach again',
  },
  DS1008: {
    what: 'process {pid} handles SIGUSR1 itself, so the signal would run its code instead of opening the inspector',
    remedy: 'start it with --inspect=0 and attach again',
  },
  DS1009: {
    what: 'port {port}, which process {pid} would use for its inspector, is taken by {holder}',
    remedy: 'free that port, or start the process with --inspect-port=0',
  },
  DS1010: {
    what: 'process {pid} did not open its inspector within {seconds} s',
    remedy: 'see what it says on stderr; start it with --inspect=0 if it blocks SIGUSR1',
  },
  DS1011: {
    what: 'process {pid} is already attached by devsandbox {holder}',
    remedy: 'detach there first, or share that session',
  },
  DS1012: {
    what: 'no inspector answers at {url} ({reason})',
    remedy: 'check the address; it is printed by "node --inspect" when it starts',
  },
  DS1013: {
    what: 'process {pid} has no worker thread {thread}; it has {threads}',
    remedy: 'pass /worker:ID with one of these, or leave it out for the main thread',
  },
  DS1014: { what: 'the target has Node.js {version}', remedy: 'attach to Node.js 20 or newer' },
  DS1015: {
    what: 'the target cannot reach devsandbox at 127.0.0.1 ({reason})',
    remedy: 'run devsandbox on the same machine and in the same container as the target',
  },
  DS1016: {
    what: 'processes are found through /proc, which {platform} does not have',
    remedy: 'start the target with --inspect and pass the URL that it prints',
  },
  DS1020: { what: 'the target has no module {module}', remedy: 'list its modules with %inspect' },
  DS1021: { what: '{place} does not exist in the target', remedy: 'list what is there with %inspect' },
  DS1022: {
    what: '{place} is a getter or setter, and reading it would run code of the target',
    remedy: 'allow code and call it, if its effects are harmless',
  },
  DS1023: {
    what: '{place} belongs to a proxy, and looking into it would run code of the target',
    remedy: 'inspect the object behind the proxy',
  },
  DS1024: { what: 'handle {handle} is no longer held', remedy: 'read the value again' },
  DS1025: {
    what: 'no function of {module} could be found whose scope gives access to {name}',
    remedy: 'let the app call a function of that module, or name a function that it holds',
  },
  DS1026: { what: '{place} cannot be written: {reason}', remedy: 'edit something that holds it instead' },
  DS1027: {
    what: 'the expression failed in the target: {reason}',
    remedy: 'correct the expression; nothing was changed',
  },
  DS1028: {
    what: 'the code in the target took more than {seconds} s and was stopped',
    remedy: 'make it shorter, or give it more time',
  },
  DS1029: { what: 'the code threw in the target: {reason}', remedy: 'correct the code' },
  DS1030: { what: 'the target did not answer: {reason}', remedy: 'detach and attach again' },
  DS1031: { what: 'this version cannot record an attached process yet', remedy: 'use "devsandbox record app.js"' },
} as const;
