// %lsmagic: the names of all magics.
import { defineMagic } from '../declare.ts';
import { sentence } from '../display/table.ts';
import { loadAllMagics, magicNames } from '../registry.ts';

export const lsmagicMagic = defineMagic({
  name: 'lsmagic',
  summary: 'list the names of all magics',
  main: {
    summary: 'list the names of all magics',
    run: async () => {
      const withBody = (await loadAllMagics())
        .filter((magic) => magic.main?.body ?? Object.values(magic.subcommands ?? {}).some((command) => command.body))
        .map((magic) => magic.name);
      const data = { line: magicNames(), cell: withBody };
      return {
        data,
        display: sentence(
          `${data.line.map((name) => `%${name}`).join(' ')}\n${data.cell.map((name) => `%%${name}`).join(' ')}`,
        ),
      };
    },
  },
});
