// %record: writes a tape of what the target does. The recording lives in the services from start to stop.
import { fail } from '../../core/common/errors.ts';
import type { Milliseconds } from '../../core/common/units.ts';
import type { Recording, TapeReport } from '../../features/timetravel/types.ts';
import { defineMagic, type MagicContext } from '../declare.ts';
import { sentence } from '../display/table.ts';
import { formatBytes, formatCount, formatDuration } from '../quantities.ts';
import { tapeLine } from '../display/tapes.ts';

const running = ({ services }: MagicContext): Recording => {
  if (!services.recording) throw fail('DS4001');
  return services.recording;
};

export const recordMagic = defineMagic({
  name: 'record',
  summary: 'record what the target does on a tape',
  implied: 'start',
  subcommands: {
    start: {
      summary: 'begin to record; resolves when it is on',
      options: [
        {
          name: 'scope',
          type: 'string',
          many: true,
          about: "globs of what counts as own code, relative to the target's directory",
          fallback: 'own modules outside node_modules',
        },
        {
          name: 'interval',
          type: 'duration',
          about: 'take a snapshot of own state this often',
          fallback: 'at start and stop',
        },
        {
          name: 'compression',
          type: 'string',
          choices: ['lz4', 'zstd', 'none'],
          about: 'how blocks are written',
          fallback: 'lz4',
        },
        { name: 'out', type: 'string', about: 'path of the tape' },
      ],
      examples: ['%record', '%record --scope src/** --interval 1s', '%record start --compression zstd'],
      run: async (context, { values }) => {
        const { services } = context;
        if (services.recording) throw fail('DS4090', { tape: services.recording.tape });
        const target = services.target();
        const timetravel = await services.timetravel();
        const scope = values['scope'] as readonly string[] | undefined;
        const recording = await timetravel.startRecording(target, {
          directory: services.tapesDirectory,
          signal: context.signal,
          progress: context.progress,
          ...(scope ? { scope } : {}),
          ...(values['interval'] === undefined ? {} : { interval: values['interval'] as Milliseconds }),
          ...(values['compression'] === undefined
            ? {}
            : { compression: values['compression'] as 'lz4' | 'zstd' | 'none' }),
          ...(values['out'] === undefined ? {} : { out: String(values['out']) }),
        });
        services.recording = recording;
        services.session.apply({ type: 'tape.started', tape: recording.tape, path: recording.path });
        const { tape, path, modules, functions, gaps, prepared } = recording;
        return {
          data: { tape, path, modules, functions, gaps, prepared, scope: recording.scope },
          display: sentence(
            `recording ${scope ? scope.join(', ') : 'own modules'} · tape ${tape} · ${formatCount(modules, 'module')}, ${formatCount(functions, 'function')} · on after ${formatDuration(prepared)}` +
              `${gaps > 0 ? ` · ${formatCount(gaps, 'thing')} not captured (%tape gaps)` : ''} · %record stop ends it`,
          ),
        };
      },
    },
    stop: {
      summary: 'end the recording and close the tape',
      run: async (context) => {
        const { services } = context;
        const recording = running(context);
        context.progress('closing the tape …');
        let report: TapeReport;
        try {
          report = await recording.stop();
        } finally {
          services.recording = undefined;
          services.session.apply({ type: 'tape.finished', tape: recording.tape });
        }
        return { data: report, display: sentence(tapeLine(report)) };
      },
    },
    list: {
      summary: 'show the running recording',
      run: async ({ services }) => {
        const { recording } = services;
        if (!recording)
          return { data: { recording: null }, display: sentence('nothing is being recorded; %record starts') };
        const status = await recording.status();
        const lost = status.dropped > 0 ? ` · ${formatCount(status.dropped, 'event')} dropped` : '';
        return {
          data: { recording: { tape: recording.tape, path: recording.path, ...status } },
          display: sentence(
            `tape ${recording.tape} · ${formatCount(status.calls, 'call')} · ${formatCount(status.events, 'event')} · ${formatBytes(status.bytes)}${lost}`,
          ),
        };
      },
    },
    mark: {
      summary: 'put a named mark on the tape',
      positionals: [{ name: 'name', type: 'string', required: true, about: 'what the mark is called' }],
      run: async (context, { values }) => {
        const recording = running(context);
        await recording.mark(String(values['name']));
        return {
          data: { tape: recording.tape, mark: values['name'] },
          display: sentence(`marked ${String(values['name'])} on tape ${recording.tape}`),
        };
      },
    },
    snapshot: {
      summary: 'copy own state onto the tape at the next quiet instant',
      run: async (context) => {
        const recording = running(context);
        await recording.snapshot();
        return {
          data: { tape: recording.tape, snapshot: true },
          display: sentence(`own state is on tape ${recording.tape}`),
        };
      },
    },
  },
});
