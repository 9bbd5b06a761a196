// DS4xxx: recording and replay.
export const recordErrors = {
  DS4001: { what: 'nothing is being recorded', remedy: 'start with %record' },
  DS4010: { what: '{path} cannot be instrumented: {problem}', remedy: 'leave it out with --exclude, or record with --scope without it' },
  DS4011: { what: 'none of {count} loaded modules is in scope ({scope})', remedy: 'give --scope globs relative to the working directory of the target; app.modules lists its modules' },
  DS4012: { what: 'target {target} is being recorded already', remedy: 'stop the other recording first' },
  DS4030: { what: 'this build cannot record a function in its own process', remedy: 'run it as a process of its own, attach to that and use %record' },
  DS4031: { what: 'this build cannot record a program from its first line', remedy: 'start the program as usual, then "devsandbox repl --attach PID" and %record' },
  DS4090: { what: 'tape {tape} is being recorded already', remedy: 'end it with %record stop first' },
  DS4091: { what: 'tape {tape} has no {what}', remedy: 'list its calls with %replay list calls' },
  DS4092: { what: '{position} is no moment of a tape', remedy: 'write a time since its start (1.5s), a call (#1187), a position (@48211) or the name of a mark' },
  DS4093: { what: '{position} lies behind the end of tape {tape} ({end})', remedy: 'give an earlier moment' },
  DS4094: { what: 'call #{call} was made by own code and runs only as part of call #{root}', remedy: 'replay call #{root}' },
  DS4095: { what: 'the re-execution was stopped before it came to what was asked for', remedy: 'run it again' },
  DS4096: { what: 'tape {tape} has no module {module}', remedy: 'use one of those that were recorded: {modules}' },
  DS4097: { what: 'own code recorded on tape {tape} uses no variable {name} of {module}', remedy: 'change one of {variables}' },
} as const;
