// The rooms of src/ and who may import whom; docs/architecture.md explains them. The linter's configuration and
// test/architecture.test.ts are both made from this list.

export interface Room {
  /** Folder below src/. */
  readonly path: string;
  readonly about: string;
  /** Rooms whose surface it may import, besides itself. `features` stands for every feature. */
  readonly imports: readonly string[];
}

const coreInOrder: readonly (readonly [path: string, about: string])[] = [
  ['core/common', 'errors, events, disposable, units, bundling of injected code'],
  ['core/instrument/runtime', 'what runs in targets (Node 20 to 26) and inside isolates: recorder, encoder, redaction'],
  ['core/instrument/transform', 'rewrites source: for recording, for counting in replays, for cells'],
  ['core/instrument', 'what its two halves and their readers share: the manifest of a recording'],
  ['core/session', 'pure apply(state, operation); access and audit'],
  ['core/journal', 'edits and their undo, backups'],
  ['core/tape', 'format, writer, reader, index, value model, diff'],
  ['core/targets', 'the port to a running process, discovery, Node targets'],
  ['core/sandbox', 'host process, isolates, limits, interrupt, bridge'],
  ['core/replay', 'driver, comparison, counterfactual'],
  ['core/cells', 'parse, compile, source maps, language service'],
];

const corePaths = coreInOrder.map(([path]) => path);
const magics = [...corePaths, 'features'];
const doors = [...magics, 'magics'];

/** Core rooms from the bottom up, then features, magics and the front doors. */
export const rooms: readonly Room[] = [
  ...coreInOrder.map(([path, about], index) => ({
    path,
    about,
    // The runtime is sent away from here, so nothing of ours may stick to it.
    imports: path === 'core/instrument/runtime' ? [] : corePaths.slice(0, index),
  })),
  { path: 'features/timetravel', about: 'recording, replay and what-if, as data', imports: corePaths },
  { path: 'features/livestate', about: 'reading and editing live state, as data', imports: corePaths },
  { path: 'features/experiments', about: 'variants and their comparison, as data', imports: corePaths },
  {
    path: 'magics',
    about: 'composition, %magic parsing, registry, display; one file per magic in builtin/',
    imports: magics,
  },
  { path: 'api', about: 'the library: attach, devsandbox/testing', imports: doors },
  { path: 'kernel', about: 'the Jupyter kernel', imports: doors },
  { path: 'repl', about: 'the terminal', imports: doors },
  { path: 'cli', about: 'the command; starts the other doors', imports: [...doors, 'api', 'kernel', 'repl'] },
];

/** The room of a file given by its path below src/; longest match. */
export const roomOf = (file: string): Room | undefined =>
  rooms.filter((room) => file.startsWith(`${room.path}/`)).toSorted((a, b) => b.path.length - a.path.length)[0];

export const mayImport = (from: Room, to: Room): boolean =>
  from.path === to.path ||
  from.imports.includes(to.path) ||
  (to.path.startsWith('features/') && from.imports.includes('features'));
