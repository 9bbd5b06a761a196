// %edit: changes a value or a function of the running process, with preview, check, backup and undo.
import { fail } from '../../core/common/errors.ts';
import type { EditPreview, EditReport } from '../../features/livestate/types.ts';
import { defineMagic, type ArgumentSpec, type MagicContext, type MagicResult, type Parsed } from '../declare.ts';
import { showDiff } from '../display/diff.ts';
import { sentence, table } from '../display/table.ts';
import { formatCount, formatDuration } from '../quantities.ts';
import type { TextStyle } from '../display/style.ts';

const name: ArgumentSpec = {
  name: 'name',
  type: 'name',
  required: true,
  about: 'live name: module#variable.path, or module#function for a body',
  completer: 'liveName',
};
const options: readonly ArgumentSpec[] = [
  { name: 'dryRun', type: 'boolean', about: 'only show what would change' },
  { name: 'unchecked', type: 'boolean', about: 'edit although types or shape do not fit' },
];

/** One of the two, by what is given. */
async function edit(context: MagicContext, { values }: Parsed): Promise<MagicResult> {
  const { services, style } = context;
  const target = services.target();
  const livestate = await services.livestate();
  const live = String(values['name']);
  const expression = values['value'] as string | undefined;
  const source = values['source'] as string | undefined;
  if ((expression === undefined) === (source === undefined)) {
    throw fail('DS6004', {
      magic: 'edit',
      argument: 'a value or a body',
      usage: '%edit NAME = EXPRESSION, or %%edit MODULE#FUNCTION with the new function below',
    });
  }
  const checks = { types: services.types, unchecked: values['unchecked'] === true };
  const preview =
    source === undefined
      ? await livestate.previewValue(target, live, expression!, checks)
      : await livestate.previewFunction(target, live, source, checks);
  if (values['dryRun'] === true)
    return { data: { ...preview, applied: false }, display: showEdit(preview, style, ['not applied: --dry-run']) };
  if (preview.problems.some((each) => each.severity === 'error'))
    context.display(showEdit(preview, style, ['not applied']));
  else {
    // After the preview, which only reads, and before anything is written.
    services.requireAccess('edit', `edit ${live} to ${preview.after}`);
  }
  const made = { ...checks, preview };
  const report =
    source === undefined
      ? await livestate.editValue(target, live, expression!, made)
      : await livestate.editFunction(target, live, source, made);
  return { data: report, display: showReport(report, style) };
}

function showEdit(preview: EditPreview, style: TextStyle, after: readonly string[]) {
  const problems = preview.problems.map(
    ({ severity, code, line, message }) =>
      `${severity}: ${code === undefined ? '' : `${code} `}${line === undefined ? '' : `line ${line}: `}${message}`,
  );
  return showDiff(
    preview.diff === '' ? `- ${preview.before}\n+ ${preview.after}` : preview.diff,
    style,
    [preview.name, `types: ${preview.types}`, ...problems],
    after,
  );
}

const showReport = (report: EditReport, style: TextStyle) =>
  showEdit(report, style, [
    `edit ${report.id} ${report.state}${report.verified ? ', read back and equal' : ', NOT verified'} · ${report.mechanism} · longest pause ${formatDuration(report.pause)}` +
      `${report.references.length > 0 ? ` · ${formatCount(report.references.length, 'reference')}` : ''} · %edit undo takes it back`,
    ...report.missed.map((each) => `not replaced: ${each.place} (${each.reason})`),
  ]);

export const editMagic = defineMagic({
  name: 'edit',
  summary: 'change a value or a function in the target, with undo',
  main: {
    summary: 'change a value or a function in the target, with undo',
    positionals: [
      name,
      { name: 'value', type: 'expression', separator: '=', about: 'JavaScript expression; `old` is the present value' },
    ],
    options,
    body: { name: 'source', about: 'the new function', required: false, type: 'code' },
    examples: [
      '%edit src/config.ts#limits.max = 50',
      '%%edit src/cart.ts#total\nfunction total(items) { return items.reduce((sum, item) => sum + item.price, 0); }',
    ],
    run: edit,
  },
  subcommands: {
    code: {
      summary: 'change a function: the same as %%edit NAME, for method calls',
      positionals: [{ ...name, about: 'live name: module#function' }],
      options,
      body: { name: 'source', about: 'the new function', required: true, type: 'code' },
      examples: ['%%edit code src/cart.ts#total\nfunction total(items) { return items.length; }'],
      run: edit,
    },
    undo: {
      summary: 'take back the last edit, or the one with that number',
      positionals: [{ name: 'edit', type: 'number', about: 'number of the edit', fallback: 'the last one' }],
      options: [
        {
          name: 'force',
          type: 'boolean',
          about: 'also when the app has changed the value since; what it wrote is lost',
        },
      ],
      run: async ({ services }, { values }) => {
        const id = values['edit'] as number | undefined;
        const target = services.target();
        services.requireAccess('edit', `undo edit ${id ?? '(last)'}`);
        const force = values['force'] === true;
        const report = await (await services.livestate()).undoEdit(target, id, force ? { force } : {});
        const checked = report.verified ? 'read back and as before' : 'NOT verified';
        return {
          data: report,
          display: sentence(
            `edit ${report.id} of ${report.name} undone, ${checked} · longest pause ${formatDuration(report.pause)}`,
          ),
        };
      },
    },
    history: {
      summary: 'list the edits of this target, also those of earlier sessions',
      run: async ({ services, style }) => {
        const history = await (await services.livestate()).editHistory(services.target());
        const display = table<EditReport>(
          [
            { head: 'edit', cell: (each) => String(each.id), right: true },
            { head: 'at', cell: (each) => each.at.slice(0, 19).replace('T', ' ') },
            { head: 'name', cell: (each) => each.name, flexible: true },
            { head: 'before', cell: (each) => each.before, flexible: true },
            { head: 'after', cell: (each) => each.after, flexible: true },
            {
              head: 'state',
              cell: (each) => each.state,
              tone: (each) => (each.state === 'failed' ? 'bad' : each.state === 'undone' ? 'dim' : undefined),
            },
          ],
          history,
          style,
          { empty: 'no edits' },
        );
        return { data: history, display };
      },
    },
  },
});
