// %variant: another version of a function, compared with the present one on recorded inputs.
import { fail } from '../../core/common/errors.ts';
import type { Variant } from '../../features/experiments/types.ts';
import { defineMagic } from '../declare.ts';
import { showComparison } from '../display/comparison.ts';
import { sentence, table } from '../display/table.ts';
import { nearest } from '../suggest.ts';
import { findTape } from '../tapes.ts';
import type { Services } from '../services.ts';

function find(services: Services, name: string): Variant | undefined {
  if (name === 'current') return undefined;
  const { variants } = services.session.state;
  const variant = variants.find((each) => each.name === name);
  if (variant) return variant;
  const near = nearest(name, ['current', ...variants.map((each) => each.name)]);
  throw fail('DS8001', { name: near ? `${name} (${near}?)` : name });
}

export const variantMagic = defineMagic({
  name: 'variant',
  summary: 'define another version of a function and compare it on recorded inputs',
  implied: 'list',
  main: {
    summary: 'define another version of a function',
    positionals: [{ name: 'name', type: 'string', required: true, about: 'what the variant is called' }],
    options: [
      {
        name: 'of',
        type: 'name',
        word: true,
        required: true,
        about: 'FILE#FUNCTION that it replaces',
        completer: 'liveName',
      },
    ],
    body: { name: 'source', about: 'the function', required: true, type: 'code' },
    examples: [
      '%%variant fixed of src/cart.ts#total\nfunction total(items) { return items.filter(Boolean).reduce((sum, item) => sum + item.price, 0); }',
    ],
    run: async ({ services }, { values }) => {
      const name = String(values['name']);
      const [module, fn] = splitPlace(String(values['of']));
      if (!/^[A-Za-z_][\w-]*$/.test(name) || name === 'current')
        throw fail('DS6005', {
          value: name,
          argument: 'name',
          magic: 'variant',
          expected: 'a word other than current',
        });
      const variant: Variant = { name, module, fn, source: String(values['source']).trim() };
      const tape = services.session.state.tapes.findLast((each) => !each.open)?.path;
      await (await services.experiments()).checkVariant(variant, tape);
      services.session.apply({ type: 'variant.defined', variant });
      return {
        data: variant,
        display: sentence(`variant ${name} of ${module}#${fn}; %variant compare ${name} current runs both on a tape`),
      };
    },
  },
  subcommands: {
    list: {
      summary: 'list the variants of this session',
      run: async ({ services, style }) => {
        const { variants } = services.session.state;
        const columns = [
          { head: 'variant', cell: (each: Variant) => each.name },
          { head: 'of', cell: (each: Variant) => `${each.module}#${each.fn}` },
          { head: 'source', cell: (each: Variant) => each.source, flexible: true },
        ];
        return {
          data: variants,
          display: table(columns, variants, style, {
            empty: 'no variants; %%variant NAME of FILE#FUNCTION defines one',
          }),
        };
      },
    },
    compare: {
      summary: 'run two variants on the inputs of a tape: results value by value, time as a ratio with its interval',
      positionals: [
        {
          name: 'a',
          type: 'string',
          required: true,
          about: 'a variant, or current: the code as it was recorded',
          completer: 'variant',
        },
        { name: 'b', type: 'string', required: true, about: 'what it is compared with', completer: 'variant' },
      ],
      options: [
        {
          name: 'on',
          type: 'string',
          word: true,
          about: 'id or path of the tape',
          fallback: 'the last one',
          completer: 'tape',
        },
        { name: 'rounds', type: 'number', about: 'how often each pair is run' },
        { name: 'seed', type: 'number', about: 'seed of the bootstrap' },
      ],
      examples: ['%variant compare fixed current', '%variant compare fixed current --on 7f3a'],
      run: async ({ services, style, signal, progress }, { values }) => {
        const a = find(services, String(values['a']));
        const b = find(services, String(values['b']));
        const tape = await findTape(services, values['on'] as string | undefined);
        const report = await (
          await services.experiments()
        ).compareVariants(tape, a, b, {
          signal,
          progress,
          ...(values['rounds'] === undefined ? {} : { rounds: Number(values['rounds']) }),
          ...(values['seed'] === undefined ? {} : { seed: Number(values['seed']) }),
        });
        return { data: report, display: showComparison(report, style) };
      },
    },
  },
});

function splitPlace(place: string): readonly [string, string] {
  const at = place.indexOf('#');
  if (at < 1 || at === place.length - 1)
    throw fail('DS6005', {
      value: place,
      argument: 'of',
      magic: 'variant',
      expected: 'FILE#FUNCTION, such as src/cart.ts#total',
    });
  return [place.slice(0, at), place.slice(at + 1)];
}
