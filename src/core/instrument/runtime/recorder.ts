// The recorder: runs in the target, beside the app. It writes what crosses the boundary, in order, and hands whole
// chunks on. Completions of foreign promises are delivered to own code one per microtask drain (a legal schedule that a
// replay can follow); an entry that cannot wait is written with the number of own resumptions before it.
import { type Boundary, type Current, type Frame, Op } from './boundary.ts';
import { ByteWriter, headSize } from './bytes.ts';
import { ClassTable } from './classes.ts';
import { messageOf, useProxyTest } from './classify.ts';
import { Encoder } from './encode.ts';
import { Tag } from './tags.ts';
import { makeDrain } from './drain.ts';
import { Kind as EventKind } from './event-kinds.ts';
import { makeHelpers } from './helpers.ts';
import { listIntrinsics } from './intrinsics.ts';
import { extraOf, idOf, isObject, Kind, kindOf, setExtra, setKind, setTwin } from './marks.ts';
import { addProgramHelpers, type OpenTops, unseen } from './program.ts';
import { NativePromise, whenSettled } from './promises.ts';
import type { Recorder, RecorderOptions } from './recorder-port.ts';
import { makeRedaction } from './redaction.ts';
import { rehearse } from './rehearse.ts';
import { mentions } from './mentions.ts';
import { adopt, originalOf, pairMembers } from './twins.ts';

const chunkSize = 64 * 1024;
const budget = { nodes: 20_000, string: 200_000 };
const stateBudget = { nodes: 2_000_000, string: 2_000_000 };

/** Starts a recorder; nothing is written before `start`. */
export function createRecorder(options: RecorderOptions): Recorder {
  const intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);
  const redaction = makeRedaction(options.redact);
  if (options.isProxy) useProxyTest(options.isProxy);
  const { program } = options;
  const classes = new ClassTable();
  const isMentioned = mentions(options.sources ?? []);
  const shared = { privates: classes.privates, isMentioned, unbegun: program?.unbegun };
  const encoder = Object.assign(new Encoder(intrinsics, redaction, budget), shared);
  const current: Current = { on: false, call: 0, depth: 0, steps: 0, live: false };
  const totals = { calls: 0, events: 0, bytes: 0, dropped: 0 };
  const states: { instance: number; read: () => readonly (readonly [string, unknown])[] }[] = [];
  const requests = new WeakMap<object, number>();
  let requestCount = 0;
  let out = new ByteWriter(chunkSize * 2);
  let count = 0;
  let first = 0;
  let last = 0;
  let chunks = 0;
  const { occupy, arrive, deliver, isDraining } = makeDrain(current, options.defer);
  const scratch = new ByteWriter(chunkSize);
  let tops: OpenTops | undefined;
  /** Own code may still run, but there is no later turn in which to hand over. */
  let isEnding = false;

  const flush = (): void => {
    if (count === 0) return;
    out.setU32(0, count);
    out.setF64(4, first);
    out.setF64(12, last);
    // Chunks of a program are small and are put together by their writer, which needs to know where a segment may start.
    out.setU32(20, (program ? chunks++ === 0 || current.depth === 0 : chunks++ % 20 === 0) ? 1 : 0);

    const bytes = out.bytes.subarray(0, out.at);
    totals.bytes += out.at;
    try {
      options.send(bytes);
    } catch {
      totals.dropped += count;
    }
    out = new ByteWriter(chunkSize * 2);
    count = 0;
  };
  const event = (kind: number): ByteWriter => {
    // Programs load their modules inside asks, for as long as that takes.
    if (out.at > chunkSize - 1024 && (current.depth === 0 || program)) flush();
    const at = Math.floor(options.now());
    if (count === 0) {
      out.at = headSize;
      first = last = at;
      program?.wrote();
    }
    out.u8(kind);
    out.varint(Math.max(0, at - last));
    last = Math.max(at, last);
    count += 1;
    totals.events += 1;
    return out;
  };
  /** Writes a value; whatever goes wrong on the way stays ours, and is a cut value on the tape. */
  const write = (w: ByteWriter, value: unknown, inbound: boolean): void => {
    encoder.inbound = inbound;
    writeBy(encoder, w, value);
    encoder.inbound = false;
  };
  const writeBy = (by: Encoder, w: ByteWriter, value: unknown): void => {
    const at = w.at;
    try {
      by.value(w, value);
    } catch (error) {
      w.at = at;
      by.lossy = true;
      w.u8(Tag.cut);
      w.string(`unreadable: ${messageOf(error)}`);
    }
  };
  const inward = (value: unknown): void => write(out, value, true);
  const gap = (reason: string, place: string, detail: string, call = current.call): void => {
    const w = event(EventKind.gap);
    w.varint(call);
    w.string(reason);
    w.string(place);
    w.string(detail);
  };
  /** @param call whose value it was that lost something */
  const lost = (call = current.call): void => {
    if (encoder.lossy) gap('cut', '', 'a value was larger than the budget, had accessors, or held a secret', call);
  };

  const gate = (promise: object): Promise<unknown> => {
    const known = extraOf(promise);
    if (isObject(known)) return known as Promise<unknown>;
    const { call } = current;
    const made = new NativePromise<unknown>((resolve, reject) => {
      const end = (outcome: number, value: unknown): void =>
        arrive(() => {
          try {
            if (current.live) {
              const w = event(EventKind.settle);
              w.varint(idOf(promise));
              w.u8(outcome);
              w.varint(0);
              encoder.begin();
              inward(value);
              lost(call);
            }
          } catch {
            // Whoever waits must get it all the same.
            totals.dropped += 1;
          }
          if (outcome === 1) resolve(value);
          else reject(value as Error);
        });
      void whenSettled(
        promise,
        (value) => end(1, value),
        (error: unknown) => end(2, error),
      );
    });
    setExtra(promise, made);
    return made;
  };

  const requestOf = (args: ArrayLike<unknown>): number => {
    for (let i = 0; i < args.length && i < 3; i++) {
      const value = args[i];
      const number = isObject(value) ? requests.get(value) : undefined;
      if (number !== undefined) return number;
    }
    return 0;
  };

  /** Data that foreign code may change while it answers. */
  const mutable = (value: unknown): boolean =>
    isObject(value) && (kindOf(value) === Kind.data || kindOf(value) === Kind.heir);

  /**
   * Own code that runs where no call of it was entered: fields of an object that foreign code constructs, a generator
   * that it continues. An answer would belong to no call, and own code must not seem to go on afterwards.
   */
  const outside = (site: number, perform: () => unknown): unknown => {
    if (!told.has(site)) {
      told.add(site);
      gap('outside-call', String(site), 'own code asked where foreign code had entered no function of it');
    }
    return perform();
  };
  const told = new Set<number>();

  const boundary: Boundary = {
    encoder,
    classes,
    constructOwn: (constructor, args, target) =>
      Reflect.construct(originalOf(constructor) as () => void, args, originalOf(target) as () => void) as object,
    gate,
    gap: (reason, site, detail) => gap(reason, String(site), detail),
    ask: (op, site, parts, perform) => {
      if (!current.on) return outside(site, perform);
      const w = event(EventKind.ask);
      w.u8(op);
      w.varint(site);
      w.varint(parts.length);
      encoder.begin();
      const starts: number[] = [];
      for (const part of parts) {
        starts.push(w.at);
        write(w, part, false);
      }
      starts.push(w.at);
      if (encoder.lossy) lost();
      const watched = parts.some(mutable) ? parts.map(mutable) : undefined;
      const call = current.call;
      current.on = false;
      current.depth += 1;
      const open = tops?.count ?? 0;
      let outcome = 1;
      let value: unknown;
      try {
        value = perform();
        if (program && op <= Op.method) program.answered(parts, value);
      } catch (error) {
        outcome = 2;
        value = error;
      }
      if (tops && tops.count > open) tops.unwind(open, outcome === 2 ? value : unseen);
      current.depth -= 1;
      current.on = true;
      current.call = call;
      if (!current.live) {
        if (outcome === 2) throw value;
        return value;
      }
      const answer = event(EventKind.answer);
      answer.u8(outcome);
      encoder.begin();
      inward(value);
      const changed: Uint8Array[] = [];
      if (watched)
        for (let i = 0; i < parts.length; i++) {
          if (!watched[i]) continue;
          scratch.at = 0;
          encoder.epoch += 1;
          write(scratch, parts[i], true);
          if (!scratch.is(w.bytes, starts[i]!, starts[i + 1]!)) changed.push(scratch.bytes.slice(0, scratch.at));
        }
      answer.varint(changed.length);
      for (const item of changed) answer.raw(item);
      if (encoder.lossy) lost();
      if (outcome === 2) throw value;
      return value;
    },
    enter: (fn, self, args, construct) => {
      const call = ++totals.calls;
      const nested = current.depth > 0;
      const busy = nested || !isDraining() ? 0 : current.steps + 1;
      const adjacent = !nested && occupy();
      const w = event(EventKind.enter);
      w.varint(call);
      w.varint(nested ? current.call : 0);
      w.zigzag(typeof fn === 'number' ? fn : fn.n);
      const unseen = program !== undefined && typeof fn !== 'number' && fn.id === 0;
      w.varint(typeof fn === 'number' ? 0 : unseen ? (fn.nth ?? 0) : fn.id);
      w.u8((construct ? 1 : 0) | (adjacent ? 2 : 0) | (unseen ? 4 : 0));
      w.varint(busy);
      w.varint(requestOf(args));
      encoder.begin();
      inward(self);
      w.varint(args.length);
      for (let i = 0; i < args.length; i++) inward(args[i]);
      lost(call);
      return call;
    },
    leave: (frame) => end(EventKind.leave, frame, frame.isAsync && frame.outcome === 0),
    settled: (frame) => end(EventKind.settled, frame, false),
  };
  const end = (kind: number, frame: Frame, pending: boolean): void => {
    if (!current.live) return;
    const w = event(kind);
    w.varint(frame.call);
    w.u8(frame.outcome === 2 ? 2 : 1);
    encoder.begin();
    if (pending || frame.value === unseen) w.u8(Tag.pending);
    else write(w, frame.value, false);
    if (encoder.lossy) lost();
    if (isEnding) flush();
  };

  const writeState = (final: boolean): void => {
    const full = new Encoder(intrinsics, redaction, stateBudget);
    Object.assign(full, shared, { nextId: encoder.nextId, epoch: encoder.epoch, inbound: true });
    for (const [value, name] of encoder.globals) full.globals.set(value, name);
    full.takeSymbols(encoder);
    for (const state of states) {
      full.begin();
      let variables: ReturnType<typeof state.read> = [];
      try {
        variables = state.read();
      } catch (error) {
        gap('cut', `state ${state.instance}`, `own state could not be read: ${messageOf(error)}`);
      }
      const w = event(EventKind.state);
      w.varint(state.instance);
      w.u8(final ? 1 : 0);
      w.varint(variables.length);
      for (const [name, value] of variables) {
        w.string(name);
        writeBy(full, w, value);
      }
      if (full.lossy) gap('cut', `state ${state.instance}`, 'own state was larger than the budget or held a secret');
      encoder.nextId = full.nextId;
    }
    encoder.epoch = full.epoch;
    encoder.takeSymbols(full);
    flush();
  };

  const adopted: object[] = [];
  const adoptPair = (original: object, copy: object, number: number): void => {
    adopted.push(original, copy);
    adopt(original, copy, number);
  };

  const helpers = makeHelpers(boundary, current);
  if (program) tops = addProgramHelpers(helpers, boundary, program);
  return {
    helpers,
    adopt: adoptPair,
    adoptClass(original, copy, number) {
      adoptPair(original, copy, number);
      pairMembers(original, copy, adoptPair);
    },
    nameNamespace(value, name) {
      setKind(value, Kind.ownProxy);
      encoder.globals.set(value, name);
    },
    markForeign: (value) => {
      if (isObject(value))
        setKind(value, NativePromise.prototype.isPrototypeOf(value) ? Kind.foreignPromise : Kind.foreign);
    },
    addState: (instance, read) => void states.push({ instance, read }),
    addPrivates: (number, accesses) => void classes.accesses.set(number, accesses),
    keys: classes.keys,
    parents: classes.parents,
    privateStatics: (number, constructor) =>
      (classes.names[number] ?? [])
        .filter(({ spec }) => spec.isStatic && spec.kind === 'field')
        .map((name) => [`@${number}#${name.spec.name}`, name.g(constructor)] as const),
    rehearse: () =>
      rehearse(
        intrinsics,
        redaction,
        shared,
        states.flatMap(({ read }) => read().map(([, value]) => value)),
      ),
    start() {
      current.live = true;
      writeState(false);
    },
    flush,
    snapshot(isLast = false) {
      isEnding ||= isLast;
      if (current.live && !current.on) writeState(isLast);
    },
    mark: (name) => current.live && event(EventKind.mark).string(name),
    gap: (reason, place, detail) => (current.live ? gap(reason, place, detail) : undefined),
    requestStarted(request, method, url) {
      const number = ++requestCount;
      requests.set(request, number);
      if (!current.live) return;
      const w = event(EventKind.request);
      w.varint(number);
      w.string(method);
      w.string(url);
    },
    responseFinished(request, status) {
      const number = requests.get(request);
      if (number === undefined || !current.live) return;
      const w = event(EventKind.response);
      w.varint(number);
      w.varint(status);
    },
    stop() {
      if (!current.live) return;
      try {
        writeState(true);
      } finally {
        current.live = false;
        states.length = 0;
        // The app would hold the copies, and by them all of this, for as long as it holds its functions.
        for (const fn of adopted) setTwin(fn, undefined);
        adopted.length = 0;
        deliver();
      }
    },
    stats: () => ({ ...totals }),
  };
}
