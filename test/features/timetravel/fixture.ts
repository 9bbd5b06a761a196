// A small tape made by hand, a fake target to record, and a stand-in for the re-execution whose results a test gives.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { EventSource } from '../../../src/core/common/events.ts';
import { bytes, callNumber, ms, us } from '../../../src/core/common/units.ts';
import type { Manifest } from '../../../src/core/instrument/manifest.ts';
import type { ReplayedCall, ReplayRequest, ReplayResult } from '../../../src/core/replay/types.ts';
import type { TapeValue } from '../../../src/core/tape/events.ts';
import { TapeWriter } from '../../../src/core/tape/writer.ts';
import type { RecordingManifest, RecordingOptions, RecordingStatus, Target } from '../../../src/core/targets/target.ts';
import type { Means, Replay } from '../../../src/features/timetravel/replays.ts';
import { type Draft, jsonDecoder, makeChunk, testHeader } from '../../core/tape/json-chunks.ts';

export const makeDecoder: Means['makeDecoder'] = () => jsonDecoder;
/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'timetravel-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const nothing: TapeValue = { t: 'undefined' };
export const number = (v: number): TapeValue => ({ t: 'num', v });

export const manifest: Manifest = {
  modules: [
    {
      id: 'src/stock.ts',
      url: 'file:///app/src/stock.ts',
      format: 'module',
      source: 'let keepSoldOut = false;\nexport function take() {\n  return keepSoldOut;\n}\n',
      functionBase: 0,
      siteBase: 0,
      sites: [],
      functions: [{ name: 'take', line: 2, kind: 'function' }],
    },
  ],
  instances: [
    {
      index: 0,
      module: 0,
      kind: 'module',
      functions: [0],
      code: '',
      cells: {},
      usesThis: false,
      activationVariables: [],
      moduleVariables: [{ name: 'keepSoldOut', mutable: false, kind: 'variable' }],
    },
  ],
  gaps: [{ reason: 'private', place: 'src/a.ts:9', detail: '#sum' }],
  meta: {},
};

const enter = (call: number, at: number, parent = 0, name = 'POST /checkout'): Draft => ({
  kind: 'enter',
  at: us(at),
  call: callNumber(call),
  parent,
  callKind: parent === 0 ? 'http' : 'callback',
  name,
  place: 'src/stock.ts:2',
  self: nothing,
  args: [],
  construct: false,
  busy: -1,
  request: 0,
});
const leave = (call: number, at: number, thrown?: string): Draft => ({
  kind: 'leave',
  at: us(at),
  call: callNumber(call),
  outcome: thrown === undefined ? 'return' : 'throw',
  value:
    thrown === undefined
      ? number(call)
      : { t: 'error', id: 90 + call, cls: 'TypeError', keys: ['message'], items: [{ t: 'str', v: thrown }] },
});

/** Calls 1 (with 2 inside it), 3 which fails, and 4 which is still open at the end. Events 0 to 7. */
export const drafts: readonly Draft[] = [
  enter(1, 1_000),
  enter(2, 1_500, 1, 'inner'),
  leave(2, 1_600),
  leave(1, 2_000),
  { kind: 'mark', at: us(2_500), name: 'half' },
  enter(3, 3_000),
  leave(3, 4_000, 'no price'),
  enter(4, 5_000, 0, 'tick'),
];

export async function makeTape({ closed = true }: { readonly closed?: boolean } = {}): Promise<string> {
  const path = join(folder(), 'shop-7f3a.tape');
  const writer = await TapeWriter.create(path, testHeader(), { decoder: jsonDecoder });
  writer.appendManifest(manifest);
  writer.appendChunk(makeChunk(drafts, { sync: true }));
  if (closed) await writer.close();
  else await writer.flush();
  return path;
}

export const replayed = (call: number, more: Partial<ReplayedCall> = {}): ReplayedCall => ({
  call: callNumber(call),
  name: 'POST /checkout',
  kind: 'http',
  outcome: 'exact',
  result: `returned ${call}`,
  failed: false,
  asks: 2,
  ms: ms(1),
  ...more,
});

export const result = (calls: readonly ReplayedCall[], more: Partial<ReplayResult> = {}): ReplayResult => ({
  calls,
  nested: { calls: 0, exact: 0, diverged: 0, gapped: 0 },
  first: undefined,
  state: {},
  counterfactual: false,
  complete: true,
  ms: ms(5),
  ...more,
});

/** Answers with what `give` makes of a request, and keeps the requests. */
export function fakeReplay(give: (request: ReplayRequest) => ReplayResult): {
  readonly means: Means;
  readonly requests: ReplayRequest[];
  readonly replay: Replay;
} {
  const requests: ReplayRequest[] = [];
  const replay: Replay = (request, { progress }) => {
    requests.push(request);
    progress?.('running', 1, 2);
    return Promise.resolve(give(request));
  };
  return { means: { replay, makeDecoder }, requests, replay };
}

export interface FakeTarget {
  readonly target: Target;
  readonly exit: () => void;
  readonly chunk: (chunk: Uint8Array) => void;
  readonly log: string[];
  stop: () => Promise<void>;
  /** What the recorder says it could not send. */
  dropped: number;
}

/** A target whose recorder does nothing by itself: the test hands over chunks. */
export function fakeTarget(
  early: readonly Uint8Array[] = [],
  gaps: RecordingManifest['gaps'] = manifest.gaps,
): FakeTarget {
  const exited = new EventSource<{ readonly code: number | null; readonly signal: string | null }>();
  let options: RecordingOptions | undefined;
  const status: RecordingStatus = {
    modules: 1,
    functions: 1,
    calls: 0,
    events: 0,
    bytes: bytes(0),
    dropped: 0,
    pauses: { count: 1, longest: ms(3), total: ms(3) },
  };
  const fake: FakeTarget = {
    log: [],
    exit: () => exited.emit({ code: null, signal: 'SIGKILL' }),
    chunk: (chunk) => options?.onChunk(chunk),
    stop: () => Promise.resolve(),
    dropped: 0,
    target: {
      info: {
        kind: 'fake',
        name: 'shop',
        pid: 4242,
        runtimeVersion: '24.21.0',
        cwd: '/nowhere/app',
        mainScript: 'server.js',
        ports: [],
      },
      exited: exited.on,
      record: (given: RecordingOptions) => {
        options = given;
        for (const chunk of early) given.onChunk(chunk);
        return Promise.resolve({
          manifest: { units: [], ...manifest, gaps, meta: { timeZone: 'Asia/Tokyo', startedAt: 1_700_000_000_000 } },
          status: () => Promise.resolve(status),
          mark: (name: string) => Promise.resolve(void fake.log.push(`mark ${name}`)),
          snapshot: () => Promise.resolve(void fake.log.push('snapshot')),
          stop: async () => {
            fake.log.push('stop');
            await fake.stop();
            return { ...status, dropped: fake.dropped };
          },
        });
      },
    } as unknown as Target,
  };
  return fake;
}
