// %tape: what was recorded, and what was not.
import { defineMagic, type ArgumentSpec } from '../declare.ts';
import { showGaps, showTape, showTapes } from '../display/tapes.ts';
import { findTape } from '../tapes.ts';
import { isDevsandboxError } from '../../core/common/errors.ts';

const tape: ArgumentSpec = {
  name: 'tape',
  type: 'string',
  about: 'id, its beginning, or path of a tape',
  fallback: 'the last one',
  completer: 'tape',
};

export const tapeMagic = defineMagic({
  name: 'tape',
  summary: 'list tapes, show one, or name what it left out',
  implied: 'list',
  subcommands: {
    list: {
      summary: 'list the tapes of this session and of the tapes folder',
      run: async ({ services, style }) => {
        const timetravel = await services.timetravel();
        const found = [...(await timetravel.listTapes(services.tapesDirectory))];
        for (const { path, open } of services.session.state.tapes) {
          if (open || found.some((each) => each.path === path)) continue;
          try {
            found.push(await timetravel.describeTape(path));
          } catch (error) {
            if (!isDevsandboxError(error)) throw error; // deleted or damaged since: not listed
          }
        }
        return { data: found, display: showTapes(found, style) };
      },
    },
    show: {
      summary: 'show one tape',
      positionals: [tape],
      run: async ({ services, style }, { values }) => {
        const report = await (
          await services.timetravel()
        ).describeTape(await findTape(services, values['tape'] as string | undefined));
        return { data: report, display: showTape(report, style) };
      },
    },
    gaps: {
      summary: 'name what a tape did not capture, where and why',
      positionals: [tape],
      run: async ({ services, style }, { values }) => {
        const gaps = await (
          await services.timetravel()
        ).tapeGaps(await findTape(services, values['tape'] as string | undefined));
        return { data: gaps, display: showGaps(gaps, style) };
      },
    },
  },
});
