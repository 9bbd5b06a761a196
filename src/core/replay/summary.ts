// From the account of the isolate to what people read: places, values and first differences.
import { callNumber, eventIndex, ms as milliseconds } from '../common/units.ts';
import type { Manifest } from '../instrument/manifest.ts';
import { writtenModule } from '../instrument/original.ts';
import { ByteReader } from '../instrument/runtime/bytes.ts';
import { differences } from '../tape/diff.ts';
import type { Difference } from '../tape/diff.ts';
import { renderValue } from '../tape/render.ts';
import { PlaceTable, tapeValue } from '../tape/decode-events.ts';
import type { TapeValue } from '../tape/events.ts';
import type { Tape } from '../tape/tape.ts';
import type { ReplayDivergence, ReplayedCall, ReplayRequest, ReplayResult, UnansweredAsk } from './types.ts';

type Raw = string | { readonly $bytes: readonly number[] };
interface RawDivergence {
  readonly what: string;
  readonly seq: number;
  readonly site: number;
  readonly expected: Raw;
  readonly actual: Raw;
}
interface RawCall {
  readonly call: number;
  readonly request: number;
  readonly fn: number;
  readonly seq: number;
  readonly asks: number;
  readonly nested: number;
  readonly runs: number;
  readonly spent: number;
  readonly ended: boolean;
  readonly left?: boolean;
  readonly failed: boolean;
  readonly result: string;
  readonly print: string;
  readonly lastSite: number;
  readonly lastAsk: string;
  readonly parted: boolean;
  readonly borrowed: number;
  readonly adapted: number;
  readonly unanswered?: { readonly site: number; readonly ask: string };
  /** Own code answered its request in the recording, and now does not. */
  readonly silent: boolean;
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string };
  readonly divergence?: RawDivergence;
  readonly gap?: { readonly reason: string; readonly place: string; readonly detail: string };
  readonly locals?: readonly { readonly name: string; readonly preview: string }[];
}
export interface RawReport {
  readonly calls: readonly RawCall[];
  readonly nested: number;
  readonly states: readonly {
    readonly seq: number;
    readonly instance: number;
    readonly name: string;
    readonly last: boolean;
    readonly expected: Raw;
    readonly actual: Raw;
  }[];
  /** The first difference that belongs to no call. */
  readonly stray?: RawDivergence;
  /** Why the replay itself did not go on. */
  readonly crash?: RawDivergence;
}
export type RawState = readonly { readonly module: string; readonly name: string; readonly bytes: Raw }[];

const silence = 'ended without an answer to its request';

export interface SummaryInput {
  readonly request: ReplayRequest;
  readonly manifest: Manifest;
  readonly tape: Tape;
  readonly report: RawReport;
  readonly state: RawState;
  /** Of a counterfactual: the account of the checked replay of the same tape. */
  readonly checked: RawReport | undefined;
  readonly counterfactual: boolean;
  readonly complete: boolean;
  readonly ms: number;
}

export function summarise({
  request,
  manifest,
  tape,
  report,
  state,
  checked,
  counterfactual,
  complete,
  ms,
}: SummaryInput): ReplayResult {
  const places = new PlaceTable(manifest);
  const values = (raw: Raw): TapeValue[] | undefined => {
    if (typeof raw === 'string') return undefined;
    const reader = new ByteReader(Uint8Array.from(raw.$bytes));
    const list: TapeValue[] = [];
    try {
      while (!reader.done) list.push(tapeValue(reader, places, new Map()));
    } catch {
      return undefined;
    }
    return list;
  };
  const text = (raw: Raw): string =>
    typeof raw === 'string' ? raw : (values(raw) ?? []).map((value) => renderValue(value)).join(', ') || 'nothing';
  const differencesOf = (raw: RawDivergence): readonly Difference[] => {
    const list = (items: readonly TapeValue[]): TapeValue => ({ t: 'array', id: -1, items });
    const [expected, actual] = [values(raw.expected), values(raw.actual)];
    return expected && actual ? differences(list(expected), list(actual), { root: raw.what }) : [];
  };
  const divergence = (
    raw: RawDivergence,
    call: number,
    place: string,
    difference = differencesOf(raw)[0],
  ): ReplayDivergence => {
    const site = raw.site > 0 ? places.site(raw.site) : undefined;
    return {
      call: callNumber(call),
      event: eventIndex(raw.seq),
      place: site?.place || place,
      what: site?.text ? `${raw.what} ${site.text}` : raw.what,
      path: difference?.path ?? '',
      expected: difference?.expected ?? text(raw.expected),
      actual: difference?.actual ?? text(raw.actual),
    };
  };
  const checkedCalls = new Map(checked?.calls.map((call) => [call.call, call]));
  const asked = (site: number, ask: string, place: string): UnansweredAsk => {
    const known = site > 0 ? places.site(site) : undefined;
    // Sites that only the replacement has are on no table of the tape.
    const inReplaced = site > 0 && !known?.place && request.replaced;
    return {
      place: known?.place || (inReplaced ? `${inReplaced.module}#${inReplaced.fn}` : place),
      ask: known?.text ? `${known.text}: ${ask}` : ask,
    };
  };
  const summaries = new Map(tape.calls().map((call) => [Number(call.call), call]));
  const list = report.calls.map((raw): ReplayedCall => {
    const recorded = summaries.get(raw.call);
    const place = places.fn(raw.fn).place;
    const before = checkedCalls.get(raw.call);
    // A call that the checked replay cannot reproduce says nothing about a change either.
    const found = before?.divergence ?? raw.divergence;
    const diverged = found ? divergence(found, raw.call, place) : undefined;
    // "Exact" needs something that was compared; a call that ends with the tape still open was compared as far as it went.
    const compared = raw.asks > 0 || raw.ended || raw.left === true;
    const outcome = raw.gap ? 'gapped' : diverged || !compared ? 'diverged' : 'exact';
    return {
      call: callNumber(raw.call),
      request: raw.request,
      name: recorded?.name ?? places.fn(raw.fn).name,
      kind: recorded?.kind ?? 'callback',
      outcome,
      result: raw.result,
      failed: raw.failed,
      digest: raw.print,
      asks: raw.asks,
      ...(raw.parted ? { parted: true } : {}),
      ...(raw.borrowed > 0 ? { borrowed: raw.borrowed } : {}),
      ...(raw.adapted > 0 ? { adapted: raw.adapted } : {}),
      ...(raw.unanswered ? { unanswered: asked(raw.unanswered.site, raw.unanswered.ask, place) } : {}),
      ...(!raw.unanswered && before && complete && (raw.silent || (before.ended && !raw.ended))
        ? { unfinished: asked(raw.silent ? 0 : raw.lastSite, raw.silent ? silence : raw.lastAsk, place) }
        : {}),
      ms: milliseconds(0),
      ...(request.timed ? { timed: { runs: raw.runs, ms: milliseconds(raw.spent) } } : {}),
      ...(diverged
        ? { divergence: diverged }
        : outcome === 'diverged'
          ? {
              divergence: {
                call: callNumber(raw.call),
                event: eventIndex(raw.seq),
                place,
                what: 'result',
                path: '',
                expected: 'something to compare',
                actual: 'nothing of this call was compared',
              },
            }
          : {}),
      ...(raw.gap
        ? { gap: { reason: raw.gap.reason, place: places.gap(raw.gap.reason, raw.gap.place) || place } }
        : {}),
      ...(raw.locals ? { locals: raw.locals } : {}),
      ...(raw.error ? { error: errorOf(raw.error, manifest) } : {}),
    };
  });
  const ofNoCall = (raw: RawDivergence, place: string, difference?: Difference): ReplayDivergence => ({
    ...divergence(raw, 0, place, difference),
    call: undefined,
  });
  const differing = report.states.flatMap((item) => {
    const instance = manifest.instances[item.instance];
    const module = instance ? (manifest.modules[instance.module]?.id ?? '') : '';
    const raw = { what: 'state', seq: item.seq, site: 0, expected: item.expected, actual: item.actual };
    const all = differencesOf(raw);
    // What was cut is known to be missing; it is no difference that the replay made. What differs beside it is.
    const found = all.find(({ expectedValue }) => expectedValue?.t !== 'cut');
    return all.length > 0 && !found ? [] : [ofNoCall(raw, `${module}#${item.name}`, found)];
  });
  const shown: Record<string, Record<string, TapeValue>> = {};
  for (const item of state)
    (shown[item.module] ??= {})[item.name] = values(item.bytes)?.[0] ?? { t: 'cut', v: 'unreadable' };
  const bad = list.filter((call) => call.outcome === 'diverged');
  const nested = { calls: report.nested, exact: 0, diverged: 0, gapped: 0 };
  // They are a part of their root call, and are checked as one with it.
  report.calls.forEach((raw, at) => (nested[list[at]!.outcome] += raw.nested));
  // Where the replay first left the tape: what comes behind it may be a consequence.
  const [earliest] = [
    ...bad.flatMap(({ divergence: found }) => (found ? [found] : [])),
    ...(report.stray && !counterfactual ? [ofNoCall(report.stray, '')] : []),
    ...differing,
  ].toSorted((a, b) => Number(a.event ?? Infinity) - Number(b.event ?? Infinity));
  return {
    calls: list,
    nested,
    first: (report.crash && ofNoCall(report.crash, '')) ?? earliest,
    state: shown,
    counterfactual,
    complete,
    ms: milliseconds(ms),
  };
}

const frame = /devsandbox:copy\/(.+?):(\d+):(\d+)/;

function errorOf(
  raw: { readonly name: string; readonly message: string; readonly stack: string },
  manifest: Manifest,
): NonNullable<ReplayedCall['error']> {
  const found = frame.exec(raw.stack);
  const path = found?.[1] ?? '';
  const module = manifest.modules.find(({ id }) => id === path);
  const written = module && writtenModule(module);
  // Columns of a copy are not those of its source.
  const line = written?.line(Number(found?.[2] ?? 0));
  if (!written || line === undefined) return { name: raw.name, message: raw.message, place: path, codeFrame: '' };
  const source = written.source.split('\n');
  const from = Math.max(1, line - 2);
  const code = source
    .slice(from - 1, line + 2)
    .map((text, index) => `${from + index === line ? '▸' : ' '} ${String(from + index).padStart(4)} │ ${text}`)
    .join('\n');
  return { name: raw.name, message: raw.message, place: `${path}:${line}`, codeFrame: code };
}
