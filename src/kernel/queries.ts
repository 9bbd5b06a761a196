// Requests that ask and change nothing: each is a function from the request to the content of its reply.
import type { Completion } from '../core/sandbox/ports.ts';
import type { Engine } from '../magics/engine.ts';
import { toCodePoints, toUtf16 } from './cursor.ts';
import type { History, HistoryQuery } from './history.ts';
import { mimeData } from './mime.ts';
import { field, optionalField } from './request.ts';
import { fail } from '../core/common/errors.ts';
import { protocolVersion, type Content, type Message } from './wire.ts';

export interface QueryContext {
  readonly engine: () => Promise<Engine>;
  readonly history: History;
  /** Version of devsandbox. */
  readonly version: string;
}

type Query = (context: QueryContext, request: Message) => Content | Promise<Content>;

const kernelInfo: Query = ({ version }) => ({
  status: 'ok',
  protocol_version: protocolVersion,
  implementation: 'devsandbox',
  implementation_version: version,
  language_info: {
    name: 'typescript',
    version: process.versions.node,
    mimetype: 'text/x-typescript',
    file_extension: '.ts',
    pygments_lexer: 'typescript',
    codemirror_mode: { name: 'javascript', typescript: true },
    nbconvert_exporter: 'script',
  },
  banner: `devsandbox ${version}: TypeScript in isolates, attached to a running process with %attach; %help lists the magics`,
  debugger: false,
  supported_features: [],
  help_links: [],
});

const jupyterType: Readonly<Record<Completion['kind'], string>> = {
  variable: 'instance',
  property: 'property',
  function: 'function',
  keyword: 'keyword',
  magic: 'magic',
  option: 'param',
  module: 'module',
  path: 'path',
};

/** Code and cursor of a request, the cursor in UTF-16 units. */
function cursorOf(request: Message): { code: string; cursor: number } {
  const code = field(request, 'code', 'string');
  const position = optionalField(request, 'cursor_pos', 'number');
  return { code, cursor: position === undefined || position < 0 ? code.length : toUtf16(code, position) };
}

const complete: Query = async ({ engine }, request) => {
  const { code, cursor } = cursorOf(request);
  const { start, end, items } = await (await engine()).complete(code, cursor);
  const from = toCodePoints(code, start);
  const to = toCodePoints(code, end);
  return {
    status: 'ok',
    matches: items.map((item) => item.text),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: items.map((item) => ({
        text: item.text,
        type: jupyterType[item.kind],
        start: from,
        end: to,
        ...(item.detail === undefined ? {} : { signature: item.detail }),
      })),
    },
  };
};

const inspect: Query = async ({ engine }, request) => {
  const { code, cursor } = cursorOf(request);
  const { found, data } = await (await engine()).inspect(code, cursor);
  return { status: 'ok', found, data: mimeData(data), metadata: {} };
};

const isComplete: Query = async ({ engine }, request) => {
  const { status, indent } = await (await engine()).isComplete(field(request, 'code', 'string'));
  return status === 'incomplete' ? { status, indent } : { status };
};

const history: Query = ({ history: kept }, request) => {
  const kind = field(request, 'hist_access_type', 'string', 'tail');
  if (kind !== 'range' && kind !== 'tail' && kind !== 'search')
    throw fail('DS7005', { type: request.header.msg_type, field: 'hist_access_type', value: kind });
  const number = (name: 'session' | 'start' | 'stop' | 'n'): number | undefined =>
    optionalField(request, name, 'number');
  const [session, start, stop, n] = [number('session'), number('start'), number('stop'), number('n')];
  const pattern = optionalField(request, 'pattern', 'string');
  const query: HistoryQuery = {
    kind,
    output: field(request, 'output', 'boolean', false),
    unique: field(request, 'unique', 'boolean', false),
    ...(session === undefined ? {} : { session }),
    ...(start === undefined ? {} : { start }),
    ...(stop === undefined ? {} : { stop }),
    ...(n === undefined ? {} : { n }),
    ...(pattern === undefined ? {} : { pattern }),
  };
  return { status: 'ok', history: kept.find(query) };
};

/** What an answer would be if there were nothing to say; given when the real one takes too long. */
export const emptyAnswers: Readonly<Record<string, (request: Message) => Content>> = {
  complete_request: (request) => {
    const at = optionalField(request, 'cursor_pos', 'number') ?? 0;
    return { status: 'ok', matches: [], cursor_start: at, cursor_end: at, metadata: {} };
  },
  inspect_request: () => ({ status: 'ok', found: false, data: {}, metadata: {} }),
  is_complete_request: () => ({ status: 'unknown' }),
};

export const queries: Readonly<Record<string, Query>> = {
  kernel_info_request: kernelInfo,
  complete_request: complete,
  inspect_request: inspect,
  is_complete_request: isComplete,
  history_request: history,
  // No comm target is registered yet, so none is ever open.
  comm_info_request: () => ({ status: 'ok', comms: {} }),
};
