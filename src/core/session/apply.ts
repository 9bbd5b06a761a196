// The session as a pure function: the same operations in the same order give the same state everywhere, whoever takes
// part. What has to happen outside (write the audit trail, tell the sandbox) comes out as effects.
import {
  accessKinds,
  type Access,
  type AccessKind,
  type Effect,
  type Grants,
  type Operation,
  type SessionState,
} from './state.ts';

const keptCells = 1000;

export interface Applied {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
}

export function apply(state: SessionState, operation: Operation): Applied {
  switch (operation.type) {
    case 'cell.begin': {
      const cell = { cell: state.cellCount + 1, code: operation.code, status: 'running' as const };
      return quiet({ ...state, cellCount: cell.cell, cells: [...state.cells, cell].slice(-keptCells) });
    }
    case 'cell.end':
      return quiet({
        ...state,
        cells: state.cells.map((cell) =>
          cell.cell === operation.cell ? { ...cell, status: operation.status, ms: operation.ms } : cell,
        ),
      });
    case 'target.attached':
      return audited({ ...state, target: operation.target, left: undefined }, 'attach', { ...operation.target });
    case 'target.detached':
      // Access was given for one target; the next one starts read-only again.
      if (!state.target) return quiet(state);
      return audited(
        {
          ...state,
          target: undefined,
          left: { target: state.target, reason: operation.reason, tape: state.recording },
          recording: undefined,
          access: {},
        },
        'detach',
        { pid: state.target.pid, reason: operation.reason },
      );
    case 'access.allow':
      return allow(state, operation);
    case 'access.deny': {
      const open = operation.kinds.filter((kind) => state.access[kind]);
      return audited({ ...state, access: without(state.access, operation.kinds) }, 'deny', {
        access: operation.kinds,
        closed: open,
      });
    }
    case 'access.expire': {
      const over = accessKinds.filter((kind) => (state.access[kind]?.until ?? Infinity) <= operation.at);
      if (over.length === 0) return quiet(state);
      return audited({ ...state, access: without(state.access, over) }, 'expire', { access: over });
    }
    case 'access.used':
      return audited(state, operation.allowed ? 'use' : 'refuse', {
        access: operation.kind,
        operation: operation.operation,
      });
    case 'grants.allow':
      return withGrants(state, merge(state.grants, operation.grants), 'allow', operation.grants);
    case 'grants.deny':
      return withGrants(state, subtract(state.grants, operation.grants), 'deny', operation.grants);
    case 'tape.started': {
      const tapes = [
        ...state.tapes.filter((tape) => tape.tape !== operation.tape),
        { tape: operation.tape, path: operation.path, open: true },
      ];
      return audited({ ...state, tapes, recording: operation.tape }, 'record', {
        tape: operation.tape,
        path: operation.path,
      });
    }
    case 'tape.finished':
      return audited(
        {
          ...state,
          recording: state.recording === operation.tape ? undefined : state.recording,
          tapes: state.tapes.map((tape) => (tape.tape === operation.tape ? { ...tape, open: false } : tape)),
        },
        'record.stop',
        { tape: operation.tape },
      );
    case 'variant.defined':
      return quiet({
        ...state,
        variants: [...state.variants.filter((each) => each.name !== operation.variant.name), operation.variant],
      });
  }
}

const quiet = (state: SessionState): Applied => ({ state, effects: [] });

const audited = (state: SessionState, what: string, details: Readonly<Record<string, unknown>>): Applied => ({
  state,
  effects: [{ type: 'audit', what, details }],
});

function allow(state: SessionState, operation: Extract<Operation, { type: 'access.allow' }>): Applied {
  const until = operation.forMs === undefined ? undefined : operation.at + operation.forMs;
  const given: Access = until === undefined ? { since: operation.at } : { since: operation.at, until };
  const access = { ...state.access };
  for (const kind of operation.kinds) access[kind] = given;
  const effects: Effect[] = [
    {
      type: 'audit',
      what: 'allow',
      details: { access: operation.kinds, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) },
    },
  ];
  if (until !== undefined) effects.push({ type: 'wake', at: until });
  return { state: { ...state, access }, effects };
}

const without = (access: SessionState['access'], kinds: readonly AccessKind[]): SessionState['access'] =>
  Object.fromEntries(Object.entries(access).filter(([kind]) => !kinds.includes(kind as AccessKind)));

const withGrants = (state: SessionState, grants: Grants, what: string, details: Partial<Grants>): Applied => ({
  state: { ...state, grants },
  effects: [
    { type: 'audit', what, details: { cells: details } },
    { type: 'grants', grants },
  ],
});

const merge = (have: Grants, more: Partial<Grants>): Grants => ({
  fs: have.fs || more.fs === true,
  net: have.net || more.net === true,
  run: have.run || more.run === true,
  env: have.env || more.env === true,
  packages: [...new Set([...have.packages, ...(more.packages ?? [])])],
});

const subtract = (have: Grants, less: Partial<Grants>): Grants => ({
  fs: have.fs && less.fs !== true,
  net: have.net && less.net !== true,
  run: have.run && less.run !== true,
  env: have.env && less.env !== true,
  packages: have.packages.filter((name) => !less.packages?.includes(name)),
});
