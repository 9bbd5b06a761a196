// DS5xxx: live state: access, names, edits and their undo.
export const editErrors = {
  DS5001: { what: '{operation} needs {access} access and the session is read-only', remedy: 'run %allow {access} for 10m, or start with --write' },
} as const;
