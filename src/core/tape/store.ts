// Where tapes live, and how people name them: by the beginning of an id, by path, or as `last`.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fail, isDevsandboxError, messageOf } from '../common/errors.ts';
import { bytes } from '../common/units.ts';
import type { Bytes } from '../common/units.ts';
import type { ChunkDecoderFactory } from './chunk-decoder.ts';
import type { TapeHeader } from './events.ts';
import { openTape } from './tape.ts';
import type { OpenOptions, Tape, TapeStats } from './tape.ts';
import { TapeWriter } from './writer.ts';
import type { WriterOptions } from './writer.ts';

export interface StoreOptions {
  readonly cwd?: string;
  /** Default: `.devsandbox/tapes` below `cwd`. */
  readonly directory?: string;
  readonly decoder: ChunkDecoderFactory;
}

/** One tape of a list. Lists never decode events: a tape without an index has no stats there. */
export interface StoredTape {
  readonly id: string;
  readonly path: string;
  readonly bytes: Bytes;
  readonly header: TapeHeader | undefined;
  readonly stats: TapeStats | undefined;
  /** False: still being recorded, or its recorder was killed. */
  readonly complete: boolean;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

const idBytes = 3;
const suffix = '.tape';

export class TapeStore {
  readonly directory: string;
  readonly #cwd: string;
  readonly #decoder: ChunkDecoderFactory;

  constructor({ cwd = process.cwd(), directory, decoder }: StoreOptions) {
    this.#cwd = cwd;
    this.directory = directory === undefined ? join(cwd, '.devsandbox', 'tapes') : resolve(cwd, directory);
    this.#decoder = decoder;
  }

  /** Starts a tape under a new id; `out` puts it elsewhere than into the store. */
  async create(
    header: Omit<TapeHeader, 'id' | 'format'>,
    options: WriterOptions & { readonly out?: string } = {},
  ): Promise<TapeWriter> {
    const id = this.#newId();
    const name = header.target.name
      .replaceAll(/[^\w.-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 60);
    const path =
      options.out === undefined
        ? join(this.directory, `${name || 'tape'}-${id}${suffix}`)
        : resolve(this.#cwd, options.out);
    try {
      if (options.out === undefined) mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fail('DS3010', { path, reason: messageOf(error) }, error);
    }
    return TapeWriter.create(path, { format: 1, ...header, id }, { decoder: this.#decoder, ...options });
  }

  /** Tapes of the store, oldest first; unreadable ones say why. */
  list(): readonly StoredTape[] {
    const order = (tape: StoredTape): string => tape.header?.createdAt ?? '';
    return this.#files()
      .map((path) => this.#describe(path))
      .toSorted((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  }

  /** Path of the tape that a person means: `last`, the beginning of an id, or a path. */
  resolve(selector: string): string {
    if (selector === 'last') return this.#last();
    const path = isAbsolute(selector) ? selector : resolve(this.#cwd, selector);
    if (selector.endsWith(suffix) || selector.includes('/')) {
      if (existsSync(path)) return path;
      throw fail('DS3020', { selector });
    }
    const found = selector === '' ? [] : this.list().filter((tape) => tape.id.startsWith(selector.toLowerCase()));
    const [first] = found;
    if (first && (found.length === 1 || first.id === selector)) return first.path;
    if (found.length > 1) throw fail('DS3021', { selector, matches: found.map((tape) => tape.id).join(', ') });
    if (existsSync(path) && statSync(path).isFile()) return path;
    throw fail('DS3020', { selector });
  }

  open(selector: string, options: Partial<OpenOptions> = {}): Tape {
    return openTape(this.resolve(selector), { decoder: this.#decoder, ...options });
  }

  #last(): string {
    const tape = this.list().findLast((one) => one.problem === undefined);
    if (!tape) throw fail('DS3022', { directory: this.directory });
    return tape.path;
  }

  #files(): string[] {
    try {
      return readdirSync(this.directory)
        .filter((name) => name.endsWith(suffix))
        .map((name) => join(this.directory, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw fail('DS3003', { path: this.directory, reason: messageOf(error) }, error);
    }
  }

  #newId(): string {
    const taken = new Set(this.list().map((tape) => tape.id));
    for (;;) {
      const id = randomBytes(idBytes).toString('hex');
      if (!taken.has(id)) return id;
    }
  }

  #describe(path: string): StoredTape {
    const base = { path, bytes: bytes(statSync(path, { throwIfNoEntry: false })?.size ?? 0) };
    try {
      using tape = openTape(path, { decoder: this.#decoder });
      const complete = tape.cut === undefined;
      return {
        ...base,
        id: tape.id,
        header: tape.header,
        stats: tape.indexed ? tape.stats : undefined,
        complete,
        problem: undefined,
      };
    } catch (error) {
      if (!isDevsandboxError(error)) throw error;
      const id = /([0-9a-f]{6})\.tape$/.exec(path)?.[1] ?? '';
      return { ...base, id, header: undefined, stats: undefined, complete: false, problem: error.message };
    }
  }
}
