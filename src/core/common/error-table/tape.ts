// DS3xxx: reading and writing tapes.
export const tapeErrors = {
  DS3001: { what: '{path} is not a tape', remedy: 'pass a .tape file that devsandbox wrote' },
  DS3002: {
    what: '{path} has tape format {found} and this devsandbox reads formats up to {supported}',
    remedy: 'update devsandbox: npm i -g devsandbox@latest',
  },
  DS3003: { what: '{path} cannot be read ({reason})', remedy: 'check the path and its permissions' },
  DS3004: {
    what: '{path} is damaged at byte {offset} ({problem})',
    remedy:
      'copy it again from where it was recorded; what lies before that place can be read with openTape(path, { upToDamage: true })',
  },
  DS3005: {
    what: '{path} ends before its header is complete, so it holds nothing',
    remedy: 'record again; the recorder was killed before it had written anything',
  },
  DS3006: {
    what: '{path}: the events of the block at byte {offset} cannot be decoded ({problem})',
    remedy: 'read it with the version of devsandbox that wrote it ({tool}), and report this with the tape',
  },
  DS3007: {
    what: '{path} ends before the sources of the app, so nothing of it can be replayed',
    remedy: 'record again; the recorder was killed while it began, or the file was cut',
  },
  DS3010: {
    what: '{path} cannot be written ({reason})',
    remedy: 'free space or choose another folder; what was recorded up to then can be read',
  },
  DS3011: { what: 'the tape {path} is closed', remedy: 'start a new recording with %record' },
  DS3012: {
    what: 'the recorder handed over something that is no chunk of events ({problem})',
    remedy: 'stop the recording with %record stop and report this; what was recorded up to then can be read',
  },
  DS3020: { what: 'no tape matches {selector}', remedy: 'list them with %tape list, or pass the path of a .tape file' },
  DS3021: { what: '{selector} matches several tapes: {matches}', remedy: 'give more digits of the id' },
  DS3022: { what: 'there is no tape in {directory} yet', remedy: 'record one with %record' },
  DS3090: { what: 'there is no tape yet', remedy: 'record one with %record, or give the path of a .tape file' },
  DS3091: { what: 'the only tape is still being recorded', remedy: 'end it with %record stop' },
  DS3092: {
    what: 'there is no tape {tape}',
    remedy: 'list the tapes with %tape list, or give the path of a .tape file',
  },
  DS3093: { what: '{tape} is the beginning of several tapes ({tapes})', remedy: 'write more of the one you mean' },
} as const;
