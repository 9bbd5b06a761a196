// %detach: leaves the process as it was; nothing stays behind.
import { defineMagic } from '../declare.ts';
import { sentence } from '../display/table.ts';

export const detachMagic = defineMagic({
  name: 'detach',
  summary: 'leave the target as it was',
  main: {
    summary: 'leave the target as it was; a recording is stopped first',
    run: async ({ services }) => {
      const { name, pid } = services.target().info;
      await services.detach();
      return {
        data: { name, pid, detached: true },
        display: sentence(`detached from ${name} (pid ${pid}); nothing stays behind`),
      };
    },
  },
});
