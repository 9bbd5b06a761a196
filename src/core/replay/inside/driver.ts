// Re-execution inside the isolate: feeds the recorded entries to own code one after another and answers what it asks
// from the tape, comparing every ask, answer, result and the own state with what was recorded. The host calls `step`
// until it says that the tape has ended; microtasks run between steps, as they ran between the recorded entries.
import type { Boundary, Current, Frame } from '../../instrument/runtime/boundary.ts';
import { ByteWriter } from '../../instrument/runtime/bytes.ts';
import { Kind as EventKind } from '../../instrument/runtime/event-kinds.ts';
import { makeHelpers } from '../../instrument/runtime/helpers.ts';
import { ClassTable } from '../../instrument/runtime/classes.ts';
import { listIntrinsics } from '../../instrument/runtime/intrinsics.ts';
import { runnable } from '../../instrument/runtime/marks.ts';
import { followTape } from './counterfactual.ts';
import { bytesAre, Cursor, enterHead, isAdjacent, isBusy, isNested, skipValue, valueBytes } from './cursor.ts';
import { compareSnapshot } from './snapshots.ts';
import { Decoder, Unrecorded } from './decode.ts';
import { makeEncoder } from './encoders.ts';
import { Gates } from './gates.ts';
import { Abandon, type DriverInput } from './input.ts';
import { Ledger } from './ledger.ts';
import { Looks, unrecordedEntry } from './looks.ts';
import { timeFunction } from './timing.ts';
import { Trace } from './trace.ts';
import { watchThrows } from './watch.ts';
import { buildUnits, type Units } from './units.ts';

/** @param recorded what the checked replay learned, for a counterfactual */
export function makeDriver(input: DriverInput, clock: () => number, recorded?: Float64Array<ArrayBuffer>) {
  const intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);
  const classes = new ClassTable();
  const encoder = makeEncoder(input, intrinsics, classes);
  const decoder = new Decoder(encoder);
  const current: Current = { on: false, call: 0, depth: 0, steps: 0, live: true };
  const cursor = new Cursor();
  const ledger = new Ledger(input.ownAnswers);
  const trace = new Trace(recorded);
  const scratch = new ByteWriter(64 * 1024);
  const gates = new Gates((call) => ledger.gap(call, 'cut', '', 'the tape lacks a part of what it waited for'));
  const looks = new Looks();
  const dead = new Set<number>();
  const free = input.counterfactual;
  let expected = 0;
  let units: Units | undefined;

  /** The root call that a call belongs to. */
  const rootOf = (call: number): number => ledger.root(call);

  const diverge = (
    what: string,
    seq: number,
    place: number,
    wanted: Uint8Array | string,
    actual: Uint8Array | string,
  ): never => {
    const call = rootOf(current.call);
    ledger.diverged(call, { what, seq, site: place, expected: wanted, actual });
    dead.add(call);
    throw new Abandon('this call has left the recorded path');
  };

  /** The next event that own code takes part in; others are noted on the way, snapshots only between entries. */
  const next = (between = true) => {
    for (;;) {
      const head = cursor.peek();
      if (!head) return undefined;
      switch (head.kind) {
        case EventKind.gap: {
          const { reader } = cursor.take();
          ledger.gap(rootOf(reader.varint()), reader.string(), reader.string(), reader.string());
          break;
        }
        case EventKind.request:
        case EventKind.mark:
        case EventKind.dropped:
          cursor.skip();
          break;
        case EventKind.response: {
          const { reader } = cursor.take();
          const [request, status] = [reader.varint(), reader.varint()];
          ledger.response(request, status);
          break;
        }
        case EventKind.state:
          if (!between) return undefined;
          state();
          break;
        default:
          return head;
      }
    }
  };

  /**
   * Whether the recording ended in the middle of a call: as far as it went it was compared. Where the tape lost its end,
   * that loss is the gap of the calls that were going on.
   */
  const isCutOff = (root: number): boolean => {
    if ((isClosed && !input.endsEarly) || next() !== undefined) return false;
    if (input.endsEarly) ledger.gap(root, 'cut', '', 'the tape lost its end');
    dead.add(root);
    return true;
  };

  const bytesOf = (write: (out: ByteWriter) => void): Uint8Array => {
    scratch.at = 0;
    encoder.begin();
    write(scratch);
    return scratch.bytes.subarray(0, scratch.at);
  };
  const encode = (parts: readonly unknown[]): Uint8Array =>
    bytesOf((out) => parts.forEach((part) => encoder.value(out, part)));

  const boundary: Boundary = {
    encoder,
    classes,
    constructOwn: (constructor, args, target) =>
      Reflect.construct(runnable(constructor) as () => void, args, target as () => void) as object,
    gap: () => undefined,
    resuming: () => {
      // What foreign code did between the last own step and this one comes first.
      counterfactual?.passOver();
      for (let head = next(false); head && isBusy(head) === current.steps; head = next(false)) entry();
    },
    gate: (promise) => gates.of(promise, rootOf(current.call), (each) => counterfactual?.lateSettlement(each)),
    ask: (op, site, parts) => {
      const root = rootOf(current.call);
      if (dead.has(root)) throw new Abandon('this call has left the recorded path');
      if (counterfactual) return counterfactual.ask(op, site, parts, root);
      ledger.asked(root, op, site, parts);
      const call = current.call;
      const number = encoder.nextId;
      const bytes = encode(parts);
      if (isCutOff(root)) throw new Abandon('the tape ends here');
      const head = next();
      const missing = head ? 'no ask here' : 'the end of the tape';
      if (head?.kind !== EventKind.ask) return diverge('ask', head?.seq ?? cursor.seq, site, missing, bytes.slice());
      const { reader } = cursor.take();
      const [wantedOp, wantedSite, count] = [reader.u8(), reader.varint(), reader.varint()];
      const from = reader.at;
      for (let i = 0; i < count; i++) skipValue(reader);
      if (
        wantedOp !== op ||
        wantedSite !== site ||
        count !== parts.length ||
        reader.at - from !== bytes.length ||
        !bytesAre(reader, from, bytes)
      ) {
        const wanted = reader.bytes.slice(from, reader.at);
        return diverge(
          'ask',
          head.seq,
          wantedOp === op && wantedSite === site ? site : wantedSite,
          wanted,
          bytes.slice(),
        );
      }
      trace.note(head.seq, root, number);
      current.on = false;
      current.depth += 1;
      try {
        for (;;) {
          if (isCutOff(root)) throw new Abandon('the tape ends here');
          const inner = next();
          if (!inner) return diverge('answer', cursor.seq, site, 'the end of the tape', '');
          if (inner.kind === EventKind.enter) entry();
          else if (inner.kind === EventKind.answer) break;
          else return diverge('answer', inner.seq, site, 'an answer', `event ${inner.kind}`);
          if (dead.has(root)) throw new Abandon('this call has left the recorded path');
        }
      } finally {
        current.depth -= 1;
        current.on = true;
        current.call = call;
      }
      const answer = cursor.take().reader;
      const outcome = answer.u8();
      decoder.lossy = false;
      const value = decoder.read(answer);
      for (let left = answer.varint(); left > 0; left--) decoder.read(answer);
      if (outcome === 2) throw value;
      return value;
    },
    enter: (_fn, self, args) => {
      const call = expected;
      expected = 0;
      if (call !== 0) return call;
      if (free) return ledger.invented(current.call);
      if (looks.suspect(self, args, cursor.seq)) throw new Abandon('it is looked at from outside');
      const { what, seq, expected: wanted, actual } = unrecordedEntry(cursor.seq);
      return diverge(what, seq, 0, wanted, actual);
    },
    leave: (frame) => ended(frame, EventKind.leave, frame.isAsync && frame.outcome === 0),
    settled: (frame) => ended(frame, EventKind.settled, false),
  };

  const ended = (frame: Frame, kind: number, pending: boolean): void => {
    const root = rootOf(frame.call);
    if (frame.outcome === 2 && isStop(frame.value)) return stopped(root, frame.value);
    if (dead.has(root) && free) return;
    ledger.ended(frame.call, kind === EventKind.settled || !pending, frame.outcome === 2, frame.value);
    if (counterfactual) return counterfactual.ended(frame, kind, pending, root);
    if (dead.has(root)) return;
    const number = encoder.nextId;
    const bytes = bytesOf((out) => (pending ? out.u8(29) : encoder.value(out, frame.value)));
    if (isCutOff(root)) return;
    const head = next();
    const [outcome, name] = [frame.outcome === 2 ? 2 : 1, kind === EventKind.leave ? 'result' : 'settled result'];
    const seq = head?.seq ?? cursor.seq;
    const wrong = (wanted: Uint8Array | string): void => {
      ledger.diverged(root, { what: name, seq, site: 0, expected: wanted, actual: bytes.slice() });
      dead.add(root);
    };
    if (head?.kind === kind) trace.note(head.seq, root, number);
    if (head?.kind !== kind) return wrong(head ? `no ${name} here (event ${head.kind})` : 'the end of the tape');
    const { reader } = cursor.take();
    const [call, wantedOutcome, from] = [reader.varint(), reader.u8(), reader.at];
    const wanted = valueBytes(reader, from).slice();
    // A module threw where only its loader saw the error.
    if (outcome === 2 && wantedOutcome === 2 && wanted[0] === 29) return decoder.forget(number, frame.value);
    if (call !== frame.call) return wrong(`${name} of call ${call}`);
    if (wantedOutcome !== outcome || wanted.length !== bytes.length || !bytesAre(reader, from, bytes)) wrong(wanted);
  };

  /** What ends a call of a counterfactual from within: it is neither a result nor a failure of own code. */
  const isStop = (error: unknown): error is Error => error instanceof Abandon || (free && error instanceof Unrecorded);
  const stopped = (root: number, error: Error): void => {
    if (!free) return;
    const { site, ask } = error instanceof Abandon ? error : { site: 0, ask: error.message };
    ledger.unanswered(root, site, ask);
    dead.add(root);
  };

  /** Runs one recorded entry: a call of own code or a settlement. */
  const entry = (): void => {
    const head = cursor.take();
    const { reader } = head;
    if (head.kind === EventKind.settle) {
      current.steps = 0;
      const [gate, outcome] = [reader.varint(), reader.u8()];
      reader.varint();
      const at = reader.at;
      decoder.lossy = false;
      const value = decoder.read(reader);
      if (!gates.settle(gate, outcome, value, decoder.lossy))
        counterfactual?.settledBefore(gate, { outcome, bytes: reader.bytes, at });
      return;
    }
    const [call, parent, fn, identity, flags, busy, request] = enterHead(reader);
    if (parent === 0 && busy === 0) current.steps = 0;
    decoder.lossy = false;
    const self = decoder.read(reader);
    const args: unknown[] = [];
    for (let left = reader.varint(); left > 0; left--) args.push(decoder.read(reader));
    ledger.entered(call, parent, request, fn, head.seq, head.at);
    ledger.enteredWith(request, args);
    if (free && parent === 0 && !ledger.happens(call, request, args[0] instanceof Error)) return;
    // An error handler gets the error that was thrown now, not the recorded one.
    const thrown = free && args[0] instanceof Error ? ledger.thrownIn(request) : undefined;
    if (thrown !== undefined) args[0] = thrown;
    if (parent !== 0 && dead.has(rootOf(call))) return free ? undefined : resync();
    const known =
      identity === 0 ? undefined : (flags & 4) === 4 ? units?.closure(fn, identity) : decoder.byId.get(identity);
    if (!free) trace.note(head.seq, known === undefined ? 0 : 1, encoder.nextId);
    // A function that own code has not handed out this time is not called.
    else if (known === undefined && trace.owner(head.seq) === 1) return ledger.omitted(call);
    const run = known ?? units?.functionFor(fn, self);
    const [wasOn, wasCall] = [current.on, current.call];
    current.on = false;
    if (typeof run !== 'function') {
      current.call = call;
      ledger.diverged(rootOf(call), {
        what: 'entry',
        seq: head.seq,
        site: 0,
        expected: `function ${fn}`,
        actual: 'it was not captured',
      });
      dead.add(rootOf(call));
      current.call = wasCall;
      return resync();
    }
    expected = call;
    try {
      if ((flags & 1) === 1) Reflect.construct(run, args);
      else {
        const result: unknown = Reflect.apply(run, self, args);
        if (result instanceof Promise) result.catch(() => undefined);
      }
    } catch (error) {
      if (isStop(error)) stopped(rootOf(call), error);
      else ledger.threw(call, error);
    }
    expected = 0;
    current.on = wasOn;
    current.call = wasCall;
    if (dead.has(rootOf(call))) resync();
  };

  /** After a divergence: on to the next event that starts on its own. */
  const resync = (): void => {
    if (free) return;
    for (let head = next(); head; head = next()) {
      if (head.kind === EventKind.settle) return;
      if (head.kind === EventKind.enter) {
        const reader = head.reader;
        const back = reader.at;
        reader.at = head.body;
        const call = reader.varint();
        const parent = reader.varint();
        reader.at = back;
        if (parent === 0) return;
        ledger.entered(call, parent, 0, 0, head.seq, head.at);
      }
      cursor.skip();
    }
  };

  /** A snapshot: the first one is laid over, later ones are compared. */
  let laid = false;
  let isClosed = false;
  const state = (): void => {
    if (laid && units) isClosed = compareSnapshot({ cursor, encoder, units, ledger, skip: free }) || isClosed;
  };

  const counterfactual = free
    ? followTape({
        cursor,
        encoder,
        decoder,
        ledger,
        trace,
        current,
        dead,
        next: () => next(),
        entry: () => entry(),
        encode,
      })
    : undefined;
  const helpers = makeHelpers(boundary, current);
  if (input.watch > 0)
    watchThrows(
      helpers,
      () => rootOf(current.call) === input.watch,
      (error, names, read) => ledger.locals(input.watch, error, names, read),
    );
  if (input.timed !== 0)
    timeFunction(
      helpers,
      input.timed,
      clock,
      () => rootOf(expected === 0 ? current.call : expected),
      (call, time) => ledger.ran(call, time),
    );

  const step = (): boolean => {
    const head = next();
    if (!head || head.seq >= input.stopBefore) return false;
    if (free && head.seq >= input.changesAt) units?.change(input.changes);
    if (ledger.isDone(input.until)) return false;
    if (head.kind === EventKind.settle || (head.kind === EventKind.enter && !(free && isNested(head)))) {
      entry();
      for (let more = next(false); more && isAdjacent(more) && more.seq < input.stopBefore; more = next(false)) entry();
    } else if (counterfactual) counterfactual.leftover(head);
    else {
      // Every other event is taken by own code; what is left belongs to a call that went astray.
      ledger.leftover(head.seq, head.kind);
      cursor.skip();
    }
    return true;
  };

  return {
    feed: (chunk: ArrayBuffer): void => {
      cursor.add(new Uint8Array(chunk));
      counterfactual?.add(new Uint8Array(chunk));
    },
    /** Makes the units and lays the first snapshot over them. */
    prepare(): void {
      encoder.inbound = false;
      units = buildUnits(input.manifest, { helpers, decoder, classes, cursor, boundary });
      laid = true;
    },
    /**
     * Runs the next entry; false when the tape has ended or its end was asked for.
     * @param rejected the step before ended with a rejection that nobody handled
     */
    step(rejected = false): boolean {
      try {
        looks.judge(rejected, (found) => ledger.diverged(0, found));
        return step();
      } catch (error) {
        ledger.crashed(cursor.seq, error);
        return false;
      }
    },
    report: () => ledger.report(),
    answers: () => ledger.answers(),
    trace: () => trace.values,
    state: () => units?.describe((value) => bytesOf((out) => encoder.value(out, value)).slice()) ?? [],
  };
}
