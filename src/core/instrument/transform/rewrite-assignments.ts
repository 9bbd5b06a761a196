// Assignments and updates: of variables as they stand, of members through the helpers, of private names through the table
// of their class.
import { bare, child, text } from './ast.ts';
import type { Node } from './ast.ts';
import { destructured, isPattern, target } from './rewrite-patterns.ts';
import type { Rewriter } from './rewrite.ts';

export const isPrivate = (member: Node): boolean => child(member, 'property').type === 'PrivateIdentifier';
const isSuper = (member: Node): boolean => child(member, 'object').type === 'Super';
export const untouched = (member: Node): boolean => isPrivate(member) || isSuper(member);

function assignment(node: Node, rewriter: Rewriter): string {
  const left = bare(child(node, 'left'));
  const right = child(node, 'right');
  const operator = text(node, 'operator');
  if (left.type === 'MemberExpression' && !untouched(left)) {
    const object = rewriter.of(child(left, 'object'));
    const key = rewriter.key(left);
    const site = rewriter.site(left);
    if (operator === '=') return `$.s(${site},${object},${key},${rewriter.of(right)}${rewriter.sloppy(node)})`;
    const reference = `$.ref(${site},${object},${key}${rewriter.sloppy(node)})`;
    if (operator === '??=' || operator === '||=' || operator === '&&=') {
      return `(($t=${reference}).v${operator.slice(0, 2)}$.put($t,${rewriter.of(right)}))`;
    }
    return `$.set(${reference},${JSON.stringify(operator.slice(0, -1))},${rewriter.of(right)})`;
  }
  const own =
    left.type === 'MemberExpression' && isPrivate(left) ? rewriter.private(child(left, 'property')) : undefined;
  if (own !== undefined) {
    const object = rewriter.of(child(left, 'object'));
    if (operator === '=') return `${own}.s(${object},${rewriter.of(right)})`;
    if (operator === '??=' || operator === '||=' || operator === '&&=')
      return `(($t=$.pr(${own},${object})).v${operator.slice(0, 2)}$.put($t,${rewriter.of(right)}))`;
    return `$.set($.pr(${own},${object}),${JSON.stringify(operator.slice(0, -1))},${rewriter.of(right)})`;
  }
  if (operator === '=' && isPattern(left)) {
    return `${target(left, rewriter)}=${destructured(rewriter.of(right), left, rewriter)}`;
  }
  return rewriter.inside(node, new Map([[child(node, 'left'), target(left, rewriter)]]));
}

export const assignmentRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  AssignmentExpression: assignment,
  UpdateExpression: (node, rewriter) => {
    const place = bare(child(node, 'argument'));
    if (place.type !== 'MemberExpression')
      return rewriter.inside(node, new Map([[child(node, 'argument'), target(place, rewriter)]]));
    const step = text(node, 'operator') === '++' ? 1 : -1;
    const own = isPrivate(place) ? rewriter.private(child(place, 'property')) : undefined;
    if (own !== undefined)
      return `$.pu(${own},${rewriter.of(child(place, 'object'))},${step},${node['prefix'] === true ? 1 : 0})`;
    if (untouched(place)) return rewriter.inside(node, new Map([[child(node, 'argument'), target(place, rewriter)]]));
    return `$.upd(${rewriter.site(place)},${rewriter.of(child(place, 'object'))},${rewriter.key(place)},${step},${node['prefix'] === true ? 1 : 0}${rewriter.sloppy(node)})`;
  },
};
