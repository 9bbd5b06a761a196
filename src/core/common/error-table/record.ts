// DS4xxx: recording and replay.
export const recordErrors = {
  DS4001: { what: 'nothing is being recorded', remedy: 'start with %record' },
  DS4010: { what: '{path} cannot be instrumented: {problem}', remedy: 'leave it out with --exclude, or record with --scope without it' },
  DS4090: { what: 'tape {tape} is being recorded already', remedy: 'end it with %record stop first' },
  DS4091: { what: 'tape {tape} has no {what}', remedy: 'list its calls with %replay list calls' },
} as const;
