// DS4xxx: recording and replay.
export const recordErrors = {
  DS4001: { what: 'nothing is being recorded', remedy: 'start with %record' },
} as const;
