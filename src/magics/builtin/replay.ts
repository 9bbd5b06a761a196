// %replay: re-executes what a tape holds, in an isolate and from the tape alone.
import { fail } from '../../core/common/errors.ts';
import { callNumber } from '../../core/common/units.ts';
import type { CallQuery, Changes } from '../../features/timetravel/types.ts';
import { defineMagic, type ArgumentSpec, type MagicContext, type MagicResult, type Parsed } from '../declare.ts';
import { showCall, showCalls, showCheck, showMoment, showWith } from '../display/tapes.ts';
import { findTape } from '../tapes.ts';

const on: ArgumentSpec = {
  name: 'on',
  type: 'string',
  word: true,
  about: 'id or path of the tape',
  fallback: 'the last one',
  completer: 'tape',
};

const tapeOf = (context: MagicContext, { values }: Parsed): Promise<string> =>
  findTape(context.services, (values['on'] ?? values['tape']) as string | undefined);

async function one(context: MagicContext, parsed: Parsed): Promise<MagicResult> {
  const call = parsed.values['call'] as number;
  if (!Number.isInteger(call) || call < 1)
    throw fail('DS6005', {
      value: String(call),
      argument: 'call',
      magic: 'replay',
      expected: 'the number of a call; %replay list shows them',
    });
  const tape = await tapeOf(context, parsed);
  const report = await (await context.services.timetravel()).replayCall(tape, callNumber(call), context);
  return { data: report, display: showCall(report, context.style) };
}

const call: ArgumentSpec = {
  name: 'call',
  type: 'number',
  required: true,
  about: 'number of the call, as %replay list shows it',
};

export const replayMagic = defineMagic({
  name: 'replay',
  summary: 're-execute what a tape holds: one call, a moment, all of it, or with a change',
  implied: 'list',
  main: {
    summary: 're-execute one call and check it against the tape',
    positionals: [call],
    options: [on],
    examples: ['%replay 1187'],
    run: one,
  },
  subcommands: {
    list: {
      summary: 'list the calls of a tape',
      positionals: [
        {
          name: 'what',
          type: 'string',
          choices: ['calls', 'failed'],
          about: 'calls, or only those that failed',
          fallback: 'calls',
        },
      ],
      options: [
        on,
        { name: 'name', type: 'string', about: 'only calls whose name holds this' },
        { name: 'roots', type: 'boolean', about: 'only calls without an own caller' },
        { name: 'limit', type: 'number', about: 'how many', fallback: '20' },
        { name: 'offset', type: 'number', about: 'how many to leave out first' },
      ],
      examples: ['%replay list calls', '%replay list failed --limit 5', '%replay list --name checkout'],
      run: async (context, parsed) => {
        const { what, name, roots, limit, offset } = parsed.values;
        const query: CallQuery = {
          limit: (limit as number | undefined) ?? 20,
          ...(what === 'failed' ? { failed: true } : {}),
          ...(name === undefined ? {} : { name: String(name) }),
          ...(roots === undefined ? {} : { roots: roots === true }),
          ...(offset === undefined ? {} : { offset: Number(offset) }),
        };
        const list = await (await context.services.timetravel()).listCalls(await tapeOf(context, parsed), query);
        return { data: list, display: showCalls(list, context.style) };
      },
    },
    first: {
      summary: 're-execute the first call, or the first that failed',
      positionals: [
        { name: 'what', type: 'string', choices: ['failed', 'call'], about: 'failed, or any call', fallback: 'failed' },
      ],
      options: [on],
      examples: ['%replay first failed'],
      run: async (context, parsed) => {
        const timetravel = await context.services.timetravel();
        const tape = await tapeOf(context, parsed);
        const failed = parsed.values['what'] !== 'call';
        const { calls } = await timetravel.listCalls(tape, { failed, roots: true, limit: 50 });
        // All calls of a request that was answered with an error have failed; the one that threw shows why.
        const first =
          calls.find(
            (each) => failed && each.request !== 0 && each.request === calls[0]?.request && each.error !== undefined,
          ) ?? calls[0];
        if (!first) throw fail('DS4091', { what: failed ? 'failed call' : 'call', tape });
        const report = await timetravel.replayCall(tape, first.call, context);
        return { data: report, display: showCall(report, context.style) };
      },
    },
    one: {
      summary: 're-execute one call and check it against the tape',
      positionals: [call],
      options: [on],
      examples: ['%replay one 1187'],
      run: one,
    },
    at: {
      summary: 'show the state at a moment of the tape',
      positionals: [
        {
          name: 'position',
          type: 'string',
          required: true,
          about: 'time since the start (1.5s), call (#1187) or position',
        },
      ],
      options: [on],
      examples: ['%replay at 1.5s', '%replay at #1187'],
      run: async (context, parsed) => {
        const moment = await (
          await context.services.timetravel()
        ).replayAt(await tapeOf(context, parsed), String(parsed.values['position']), context);
        return { data: moment, display: showMoment(moment) };
      },
    },
    check: {
      summary: 're-execute every root call of a tape and compare',
      positionals: [
        { name: 'tape', type: 'string', about: 'id or path of the tape', fallback: 'the last one', completer: 'tape' },
      ],
      options: [on],
      examples: ['%replay check', '%replay check 7f3a'],
      run: async (context, parsed) => {
        const report = await (await context.services.timetravel()).replayCheck(await tapeOf(context, parsed), context);
        return { data: report, display: showCheck(report, context.style) };
      },
    },
    with: {
      summary: 'replay with a change: original, modified and where they part',
      options: [
        {
          name: 'at',
          type: 'string',
          about: 'where the change is made: time, call or position',
          fallback: 'the start',
        },
        on,
      ],
      body: { name: 'changes', about: "{ 'module': { name: value } }", required: true, type: 'data' },
      examples: ["%%replay with --at 1.5s\n{ 'src/stock.ts': { keepSoldOut: true } }"],
      run: async (context, parsed) => {
        const changes = readChanges(parsed.values['changes']);
        const at = parsed.values['at'] as string | undefined;
        const tape = await tapeOf(context, parsed);
        const report = await (
          await context.services.timetravel()
        ).replayWith(tape, changes, {
          signal: context.signal,
          progress: context.progress,
          ...(at === undefined ? {} : { at }),
        });
        return { data: report, display: showWith(report, context.style) };
      },
    },
  },
});

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readChanges(value: unknown): Changes {
  if (isPlain(value) && Object.keys(value).length > 0 && Object.values(value).every(isPlain)) return value as Changes;
  throw fail('DS6005', {
    value: JSON.stringify(value) ?? 'undefined',
    argument: 'changes',
    magic: 'replay with',
    expected: "{ 'module': { name: value } }",
  });
}
