// What stops an edit, and what only warns.
import { fail } from '../../core/common/errors.ts';
import type { EditPreview, PreviewOptions, Problem } from './types.ts';

/** With `unchecked`, errors of types and shape are warnings. */
export const previewOf = (preview: EditPreview, { unchecked = false }: PreviewOptions): EditPreview => ({
  ...preview,
  problems: preview.problems.map((problem) =>
    unchecked && problem.check !== 'syntax' ? { ...problem, severity: 'warning' } : problem,
  ),
});

/** Throws what stops the edit, if anything does. */
export function refuseErrors({ name, problems }: EditPreview): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const first = errors.find(({ check }) => check === 'syntax') ?? errors[0];
  if (!first) return;
  const problem = describeProblem(first) + (errors.length > 1 ? `, and ${errors.length - 1} more` : '');
  throw fail(first.check === 'syntax' ? 'DS5024' : 'DS5025', { name, problem });
}

/** `TS2322 in line 3: …` */
export function describeProblem({ code, line, message }: Problem): string {
  const place = [code, line === undefined ? undefined : `in line ${line}`].filter(Boolean).join(' ');
  // TypeScript tells the particulars in further lines.
  const text = message.split('\n', 1)[0]!.replace(/\.$/, '');
  return place === '' ? text : `${place}: ${text}`;
}
