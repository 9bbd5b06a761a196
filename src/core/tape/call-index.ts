// The calls of a tape as columns: folded from events once, while recording or by a scan, written behind the events, read
// back without an object for each call.
import { callNumber, eventIndex, us } from '../common/units.ts';
import type { CallKind, CallSummary, TapeEvent } from './events.ts';
import { Columns, Texts } from './columns.ts';
import { GapCollector } from './gaps.ts';
import type { GapReport } from './gaps.ts';
import { errorText } from './render.ts';

const callKinds: readonly CallKind[] = [
  'http',
  'timer',
  'event',
  'callback',
  'promise',
  'message',
  'function',
  'error',
];
const none = 0xffff_ffff;

export interface TapeMark {
  readonly name: string;
  readonly seq: number;
  readonly at: number;
}

const callShape = {
  call: 'f64',
  parent: 'f64',
  enter: 'f64',
  leave: 'f64',
  start: 'f64',
  duration: 'f64',
  request: 'u32',
  name: 'u32',
  place: 'u32',
  error: 'u32',
  status: 'u16',
  kind: 'u8',
  failed: 'u8',
} as const;

export interface CallIndexJson {
  readonly calls: number;
  readonly roots: number;
  readonly failedRoots: number;
  readonly texts: readonly string[];
  readonly marks: readonly TapeMark[];
  readonly gaps: readonly GapReport[];
}

/** Calls, marks and gaps of the events seen so far. Calls are numbered ascending, as the recorder numbers them. */
export class CallIndex {
  readonly #rows = new Columns(callShape);
  #texts = new Texts();
  readonly #gaps = new GapCollector();
  readonly #rowsOfRequest = new Map<number, number[]>();
  readonly #statusOfRequest = new Map<number, number>();
  #marks: TapeMark[] = [];
  #roots = 0;
  #failedRoots = 0;

  get size(): number {
    return this.#rows.rows;
  }
  get roots(): number {
    return this.#roots;
  }
  get failedRoots(): number {
    return this.#failedRoots;
  }
  get marks(): readonly TapeMark[] {
    return this.#marks;
  }

  addMark(mark: TapeMark): void {
    this.#marks.push(mark);
  }

  addGap(report: GapReport): void {
    this.#gaps.add(report);
  }

  gaps(): readonly GapReport[] {
    return this.#gaps.reports();
  }

  add(event: TapeEvent): void {
    switch (event.kind) {
      case 'enter':
        return this.#enter(event);
      case 'leave':
      case 'settled': {
        const row = this.#rowOf(event.call);
        if (row < 0) return;
        this.#rows.set('leave', row, event.seq);
        this.#rows.set('duration', row, event.at - this.#rows.get('start', row));
        if (event.outcome !== 'throw') return;
        this.#rows.set('error', row, this.#texts.number(errorText(event.value)));
        return this.#fail(row);
      }
      case 'response': {
        this.#statusOfRequest.set(event.request, event.status);
        this.#answered(this.#rowsOfRequest.get(event.request) ?? [], event.status);
        return;
      }
      case 'mark':
        this.#marks.push({ name: event.name, seq: event.seq, at: event.at });
        return;
      case 'gap': {
        const { reason, place, detail } = event;
        const root = event.call > 0 ? this.#rootOf(event.call) : undefined;
        this.#gaps.add({ reason, place, detail, ...(root !== undefined && { calls: [root] }) });
        return;
      }
      case 'dropped':
        this.#gaps.add({
          reason: 'dropped',
          place: `event ${event.seq}`,
          detail: `${event.events} events, ${event.bytes} bytes`,
        });
        return;
      default:
    }
  }

  #enter(event: TapeEvent & { kind: 'enter' }): void {
    const rows = this.#rows;
    if (rows.rows > 0 && event.call <= rows.get('call', rows.rows - 1))
      throw new Error(`call ${event.call} is out of order`);
    const row = rows.add();
    rows.set('call', row, event.call);
    rows.set('parent', row, event.parent);
    rows.set('enter', row, event.seq);
    rows.set('leave', row, -1);
    rows.set('start', row, event.at);
    rows.set('duration', row, Number.NaN);
    rows.set('request', row, event.request);
    rows.set('name', row, this.#texts.number(event.name));
    rows.set('place', row, this.#texts.number(event.place));
    rows.set('error', row, none);
    rows.set('kind', row, callKinds.indexOf(event.callKind));
    if (event.parent === 0) this.#roots += 1;
    if (event.request === 0) return;
    const status = this.#statusOfRequest.get(event.request);
    if (status !== undefined) {
      this.#rows.set('status', row, status);
      return;
    }
    const rowsOf = this.#rowsOfRequest.get(event.request);
    if (rowsOf) rowsOf.push(row);
    else this.#rowsOfRequest.set(event.request, [row]);
  }

  /**
   * The answer decides what failed: what the app threw on purpose and answered itself (a 404, a 409) is no failure. Of a
   * failed request with several root calls (middleware, handler, error handler) the one that threw failed, else the last.
   */
  #answered(rows: readonly number[], status: number): void {
    for (const row of rows) this.#rows.set('status', row, status);
    const roots = rows.filter((row) => this.#rows.get('parent', row) === 0);
    if (status < 500) return roots.forEach((row) => this.#clear(row));
    const threw = roots.filter((row) => this.#rows.get('error', row) !== none);
    for (const row of threw.length > 0 ? threw : roots.slice(-1)) this.#fail(row);
  }

  #clear(row: number): void {
    if (this.#rows.get('failed', row) !== 1) return;
    this.#rows.set('failed', row, 0);
    this.#failedRoots -= 1;
  }

  #fail(row: number): void {
    const status = this.#rows.get('status', row);
    if (this.#rows.get('failed', row) === 1 || (status > 0 && status < 500)) return;
    this.#rows.set('failed', row, 1);
    if (this.#rows.get('parent', row) === 0) this.#failedRoots += 1;
  }

  #rowOf(call: number): number {
    const row = this.#rows.lastNotAbove('call', call);
    return row >= 0 && this.#rows.get('call', row) === call ? row : -1;
  }

  #rootOf(call: number): number {
    for (let at = call; ;) {
      const row = this.#rowOf(at);
      const parent = row < 0 ? 0 : this.#rows.get('parent', row);
      if (parent === 0 || parent >= at) return at;
      at = parent;
    }
  }

  /** Root calls that had not ended when the tape did. */
  openRoots(): number[] {
    const open: number[] = [];
    for (let row = 0; row < this.size; row++)
      if (this.#rows.get('leave', row) < 0 && this.#rows.get('parent', row) === 0)
        open.push(this.#rows.get('call', row));
    return open;
  }

  /** The call at a row of the index. */
  at(row: number): CallSummary {
    const get = (name: keyof typeof callShape): number => this.#rows.get(name, row);
    const text = (number: number): string => this.#texts.list[number] ?? '';
    const leave = get('leave');
    const status = get('status');
    return {
      call: callNumber(get('call')),
      parent: get('parent'),
      kind: callKinds[get('kind')] ?? 'function',
      name: text(get('name')),
      place: text(get('place')),
      enter: eventIndex(get('enter')),
      leave: leave < 0 ? undefined : eventIndex(leave),
      start: us(get('start')),
      duration: leave < 0 ? undefined : us(get('duration')),
      request: get('request'),
      status: status === 0 ? undefined : status,
      failed: get('failed') === 1,
      error: get('error') === none ? undefined : text(get('error')),
    };
  }

  /** A call by its number. */
  byNumber(call: number): CallSummary | undefined {
    const row = this.#rowOf(call);
    return row < 0 ? undefined : this.at(row);
  }

  /** First root call that failed. */
  firstFailed(): CallSummary | undefined {
    for (let row = 0; row < this.size; row++)
      if (this.#rows.get('failed', row) === 1 && this.#rows.get('parent', row) === 0) return this.at(row);
    return undefined;
  }

  toJson(): CallIndexJson {
    return {
      calls: this.size,
      roots: this.#roots,
      failedRoots: this.#failedRoots,
      texts: this.#texts.list,
      marks: this.#marks,
      gaps: this.gaps(),
    };
  }

  toBytes(): Buffer {
    return this.#rows.toBytes();
  }

  /** Reads an index back; gives it and the bytes read. It only answers: nothing is added to it afterwards. */
  static load(json: CallIndexJson, bytes: Uint8Array): { readonly index: CallIndex; readonly read: number } {
    const index = new CallIndex();
    const read = index.#rows.load(bytes, json.calls);
    index.#texts = new Texts(json.texts);
    index.#marks = [...json.marks];
    for (const gap of json.gaps) index.#gaps.add(gap);
    index.#roots = json.roots;
    index.#failedRoots = json.failedRoots;
    return { index, read };
  }
}
