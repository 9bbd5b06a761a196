// DS1xxx: finding, attaching to and talking to a target.
export const targetErrors = {
  DS1001: { what: 'no running process matches {selector}', remedy: 'list the candidates with "devsandbox targets" and pass a pid, :port, name or script path' },
  DS1002: { what: 'the target {target} has exited', remedy: 'start it again and attach anew; tapes and edits recorded so far are kept' },
  DS1003: { what: 'no target is attached', remedy: 'attach one with %attach PID or --attach PID' },
} as const;
