// %inspect: a piece of the target's state by its live name; never runs a getter.
import { defineMagic } from '../declare.ts';
import { showInspection } from '../display/live-value.ts';

export const inspectMagic = defineMagic({
  name: 'inspect',
  summary: 'read a piece of state in the target by its live name',
  main: {
    summary: 'read a piece of state in the target by its live name',
    positionals: [
      { name: 'name', type: 'rest', required: true, about: 'live name: module#variable.path', completer: 'liveName' },
    ],
    examples: ['%inspect src/cart.ts', '%inspect src/cart.ts#carts.get("42").items[0]'],
    run: async ({ services, style }, { values }) => {
      const report = await (await services.livestate()).inspectName(services.target(), String(values['name']));
      return { data: report, display: showInspection(report, style) };
    },
  },
});
