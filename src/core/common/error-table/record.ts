// DS4xxx: recording and replay.
export const recordErrors = {
  DS4001: { what: 'nothing is being recorded', remedy: 'start with %record' },
  DS4010: {
    what: '{path} cannot be instrumented: {problem}',
    remedy: 'leave it out with --exclude, or record with --scope without it',
  },
  DS4011: {
    what: 'none of {count} loaded modules is in scope ({scope})',
    remedy: 'give --scope globs relative to the working directory of the target; app.modules lists its modules',
  },
  DS4012: { what: 'target {target} is being recorded already', remedy: 'stop the other recording first' },
  DS4013: { what: 'the replay was lost: {problem}', remedy: 'run it again; the tape and the session are unharmed' },
  DS4020: {
    what: 'the tape has no function {fn}',
    remedy: 'name one of its own functions as FILE#FUNCTION; %replay list shows places',
  },
  DS4021: { what: 'the text for {fn} is no function: {problem}', remedy: 'write a whole function, method or arrow' },
  DS4022: {
    what: 'the text for {fn} uses {variable}, whose value is not on the tape: no recorded function uses it',
    remedy: 'do without it, or record again with an %edit in which the function uses it',
  },
  DS4032: {
    what: '{name} is not among the own code that is recorded ({scope})',
    remedy: 'pass a scope that holds its file; Node.js or vitest must have loaded that file, and not twice',
  },
  DS4033: {
    what: 'a function of this process is being recorded already',
    remedy: 'await it first; one is recorded at a time',
  },
  DS4034: {
    what: 'the recorder of this process failed: {problem}',
    remedy: 'run the function as a process of its own, attach to that and use %record',
  },
  DS4035: {
    what: '{path} runs in a realm of its own, where nothing can be recorded',
    remedy: 'run it in the realm of its process: with vitest, in the pool forks or threads',
  },
  DS4036: {
    what: 'the timers of this process are faked, so the recorder would wait for ever',
    remedy: 'restore them before record (vi.useRealTimers())',
  },
  DS4031: {
    what: 'the program cannot be recorded from its first line: {problem}',
    remedy: 'run it with Node.js 24, or start it as usual, then "devsandbox repl --attach PID" and %record',
  },
  DS4090: { what: 'tape {tape} is being recorded already', remedy: 'end it with %record stop first' },
  DS4091: { what: 'tape {tape} has no {what}', remedy: 'list its calls with %replay list calls' },
  DS4092: {
    what: '{position} is no moment of a tape',
    remedy: 'write a time since its start (1.5s), a call (#1187), a position (@48211) or the name of a mark',
  },
  DS4093: { what: '{position} lies behind the end of tape {tape} ({end})', remedy: 'give an earlier moment' },
  DS4094: {
    what: 'call #{call} was made by own code and runs only as part of call #{root}',
    remedy: 'replay call #{root}',
  },
  DS4095: { what: 'the re-execution was stopped before it came to what was asked for', remedy: 'run it again' },
  DS4096: { what: 'tape {tape} has no module {module}', remedy: 'use one of those that were recorded: {modules}' },
  DS4097: {
    what: 'own code recorded on tape {tape} uses no variable {name} of {module}',
    remedy: 'change one of {variables}',
  },
} as const;
