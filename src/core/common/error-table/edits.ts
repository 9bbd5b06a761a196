// DS5xxx: live state: access, names, edits and their undo.
export const editErrors = {
  DS5001: {
    what: '{operation} needs {access} access and the session is read-only',
    remedy: 'run %allow {access} for 10m, or start with --write',
  },
  DS5010: {
    what: 'the audit trail {path} cannot be written ({reason})',
    remedy: 'make it writable, or point DEVSANDBOX_HOME to a folder that is; nothing was done',
  },
  DS5003: {
    what: '{name} is not what it was: expected {expected}, found {actual}',
    remedy: 'nothing was changed; look at it again with %inspect {name}, then repeat the edit',
  },
  DS5020: {
    what: 'the live name {name} makes no sense at position {position}: {problem}',
    remedy: "write it like src/cart.ts#carts.get('42').items[0]",
  },
  DS5021: { what: 'there is no {missing} in {name}', remedy: '{hint}' },
  DS5022: {
    what: '{name} is a getter or setter and getters are never run',
    remedy: 'inspect the field behind it, or evaluate it with %%target',
  },
  DS5023: { what: '{name} cannot be edited: {reason}', remedy: '{remedy}' },
  DS5024: {
    what: 'the new value of {name} is not valid: {problem}',
    remedy: 'nothing was changed; correct the text and try again',
  },
  DS5025: {
    what: '{name} was not edited: {problem}',
    remedy: 'correct the text, or add --unchecked (unchecked: true) to edit all the same; nothing was changed',
  },
  DS5030: {
    what: 'the journal {path} cannot be used ({reason})',
    remedy: 'make it readable and writable, or point DEVSANDBOX_HOME to a folder that is; nothing was changed',
  },
  DS5031: { what: 'no edit of this process {which}', remedy: '%edit history lists the edits and their numbers' },
  DS5032: { what: 'edit {id} of {name} cannot be undone: {reason}', remedy: '{remedy}' },
  DS5033: {
    what: 'edit {id} of {name} did not hold: reading it back gives {actual}',
    remedy: '%edit undo {id} puts the old value back; something in the app may be writing it',
  },
  DS5034: {
    what: 'edit {id} was not undone: the app has changed {name} since, from {expected} to {actual}',
    remedy:
      'nothing was changed; %edit undo {id} --force puts the value back all the same, and what the app wrote is lost',
  },
  DS5040: { what: 'the function at {name} cannot be replaced: {reason}', remedy: '{remedy}' },
  DS5041: {
    what: 'the scope of {name} could not be reached: {reason}',
    remedy: 'try again; if it stays so, the function is one that cannot be replaced while the process runs',
  },
  DS5042: {
    what: 'the new code of {name} failed to compile in the process: {problem}',
    remedy: 'nothing was changed; correct the text and try again',
  },
} as const;
