// %status: where we are: the target, what may be done to it, what cells may reach, what runs.
import { defineMagic } from '../declare.ts';
import { longestPause } from '../display/pauses.ts';
import { fields } from '../display/table.ts';
import { formatBytes, formatCount } from '../quantities.ts';

export const statusMagic = defineMagic({
  name: 'status',
  summary: 'show the target, access, recording and what cells may reach',
  main: {
    summary: 'show the target, access, recording and what cells may reach',
    run: async ({ services, style }) => {
      const { state } = services.session;
      const target = state.target ? services.target() : undefined;
      const { grants } = state;
      const open = [
        ...(['fs', 'net', 'run', 'env'] as const).filter((kind) => grants[kind]),
        ...grants.packages.map((name) => `pkg:${name}`),
      ];
      const recording = services.recording
        ? { tape: services.recording.tape, path: services.recording.path, ...(await services.recording.status()) }
        : null;
      const data = {
        session: state.id,
        target: target ? { ...target.info, alive: target.alive, pauses: target.pauses() } : null,
        access: services.session.access(),
        grants: open,
        recording,
        tapes: state.tapes.length,
        cells: state.cellCount,
      };
      const display = fields(
        [
          [
            'target',
            target
              ? `${target.info.name} (Node ${target.info.runtimeVersion}, pid ${target.info.pid}${target.info.ports.length > 0 ? `, port ${target.info.ports.join(', ')}` : ''})`
              : 'none; %attach PID',
          ],
          ['access', data.access],
          ['pauses', target ? `${target.pauses().count}, longest ${longestPause(target.pauses())}` : undefined],
          [
            'recording',
            recording
              ? `tape ${recording.tape}, ${formatCount(recording.calls, 'call')}, ${formatBytes(recording.bytes)}`
              : 'no',
          ],
          ['cells may reach', open.length > 0 ? open.join(', ') : 'the target only; %allow fs|net|run|env|pkg:NAME'],
          [
            'session',
            `${state.id}, ${formatCount(state.cellCount, 'cell')}, ${formatCount(state.tapes.length, 'tape')}`,
          ],
        ],
        style,
      );
      return { data, display };
    },
  },
});
