// A function as a person writes it, TypeScript perhaps, as JavaScript with its lines in place.
import { transformSync } from 'oxc-transform';
import { fail } from '../common/errors.ts';

/** @throws DS4021 when the text does not parse */
export function stripTypes(source: string, name: string): string {
  const wrapped = `(${source.trim().replace(/;$/, '')}\n)`;
  const result = transformSync(`${name}.ts`, wrapped, { lang: 'ts', typescript: { onlyRemoveTypeImports: true } });
  const problem = result.errors[0];
  if (problem) throw fail('DS4021', { fn: name, problem: problem.message });
  const code = result.code.trim().replace(/;$/, '');
  return code.startsWith('(') && code.endsWith(')') ? code.slice(1, -1) : code;
}
