// %help: what can be done, or how one magic is written.
import { defineMagic } from '../declare.ts';
import { table } from '../display/table.ts';
import { loadAllMagics } from '../registry.ts';
import { magicHelp } from '../question.ts';

export const helpMagic = defineMagic({
  name: 'help',
  summary: 'explain a magic, or list them all',
  main: {
    summary: 'explain a magic, or list them all',
    positionals: [{ name: 'magic', type: 'rest', about: 'name of the magic', completer: 'magic' }],
    examples: ['%help record', '?%record'],
    run: async ({ style }, { values }) => {
      if (typeof values['magic'] === 'string') {
        const bundle = await magicHelp(values['magic'].replace(/^%+/, '').split(/\s/)[0]!);
        return { data: bundle['application/json'], display: { data: bundle } };
      }
      const magics = (await loadAllMagics()).map(({ name, summary }) => ({ name, summary }));
      const display = table(
        [
          { head: 'magic', cell: (magic) => `%${magic.name}` },
          { head: 'what it does', cell: (magic) => magic.summary, flexible: true },
        ],
        magics,
        style,
        {
          notes: [
            '',
            '%help NAME explains one; ?name and ??name show a value; every magic is a method too: await session.record.start()',
            'a cell that begins with %%NAME gives its other lines to the magic; in a terminal a blank line ends it',
          ],
        },
      );
      return { data: magics, display };
    },
  },
});
