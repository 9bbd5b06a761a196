// Calls and member accesses, with or without `?.`. A chain is evaluated step by step; where it may stop early the value
// so far goes through the scratch variable `$t`, which is read again at once, so that nothing can come in between.
import { bare, child, children, isClass, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import type { Rewriter } from './rewrite.ts';

const isMember = (node: Node): boolean => node.type === 'MemberExpression';
const isSuperMember = (node: Node): boolean => isMember(node) && child(node, 'object').type === 'Super';
const isPrivateMember = (node: Node): boolean => isMember(node) && child(node, 'property').type === 'PrivateIdentifier';

/** Steps of a chain from the outside in, so that a short circuit can wrap everything after it. */
function chain(node: Node, rewriter: Rewriter): string {
  // Walk down to the innermost link that may stop early; what stands above it is applied to its result.
  const build = (link: Node, wrap: (value: string) => string): string => {
    if (link.type === 'CallExpression') {
      const callee = bare(child(link, 'callee'));
      const site = rewriter.site(link);
      const args = rewriter.list(children(link, 'arguments'));
      if (link['optional'] === true) {
        if (isMember(callee) && !isPrivateMember(callee) && !isSuperMember(callee)) {
          // a.b?.(c): the function is read once, the receiver kept beside it.
          return build(child(callee, 'object'), (object) =>
            stopEarly(
              callee,
              object,
              (value) =>
                `(($t=$.fn(${site},${value},${rewriter.key(callee)})).f==null?void 0:${wrap(`$.cf(${site},$t,${args})`)})`,
            ),
          );
        }
        const own = isPrivateMember(callee) ? rewriter.private(child(callee, 'property')) : undefined;
        if (own !== undefined)
          return build(child(callee, 'object'), (object) =>
            stopEarly(
              callee,
              object,
              (value) => `(($t=$.pr(${own},${value})).v==null?void 0:${wrap(`$.k(${site},$t.v,$t.object,${args})`)})`,
            ),
          );
        if (isPrivateMember(callee)) {
          const name = text(child(callee, 'property'), 'name');
          return build(child(callee, 'object'), (object) =>
            stopEarly(
              callee,
              object,
              (value) => `(${heldPrivate(name, value)}[1]==null?void 0:${wrap(`$.k(${site},$t[1],$t[0],${args})`)})`,
            ),
          );
        }
        if (isSuperMember(callee))
          return `(($t=${rewriter.of(callee)})==null?void 0:${wrap(`$.k(${site},$t,this,${args})`)})`;
        return build(callee, (fn) => `(($t=${fn})==null?void 0:${wrap(`$.c(${site},$t,${args})`)})`);
      }
      if (isMember(callee) && !isPrivateMember(callee) && !isSuperMember(callee) && !rewriter.imported(callee)) {
        const key = rewriter.key(callee);
        return build(child(callee, 'object'), (object) =>
          stopEarly(callee, object, (value) => wrap(`$.m(${site},${value},${key},${args})`)),
        );
      }
      const own = isPrivateMember(callee) ? rewriter.private(child(callee, 'property')) : undefined;
      if (isPrivateMember(callee)) {
        const name = text(child(callee, 'property'), 'name');
        const of = (value: string): string =>
          own === undefined ? privateCall(site, name, value, args, rewriter) : `$.pm(${site},${own},${value},${args})`;
        return build(child(callee, 'object'), (object) => stopEarly(callee, object, (value) => wrap(of(value))));
      }
      return wrap(call(link, rewriter));
    }
    const imported = isMember(link) ? rewriter.imported(link) : undefined;
    if (imported !== undefined) return wrap(imported);
    if (isMember(link) && !isPrivateMember(link) && !isSuperMember(link)) {
      const site = rewriter.site(link);
      const key = rewriter.key(link);
      return build(child(link, 'object'), (object) =>
        stopEarly(link, object, (value) => wrap(`$.g(${site},${value},${key})`)),
      );
    }
    if (isPrivateMember(link)) {
      const name = text(child(link, 'property'), 'name');
      const own = rewriter.private(child(link, 'property'));
      const read = (value: string): string => (own === undefined ? `${value}.#${name}` : `${own}.g(${value})`);
      return build(child(link, 'object'), (object) => stopEarly(link, object, (value) => wrap(read(value))));
    }
    return wrap(rewriter.of(link));
  };
  const stopEarly = (link: Node, object: string, use: (value: string) => string): string =>
    link['optional'] === true ? `(($t=${object})==null?void 0:${use('$t')})` : use(object);
  return build(child(node, 'expression'), (value) => value);
}

/** Keeps a receiver and what it has by a private name that stands in the text as it is. */
const heldPrivate = (name: string, object: string): string => `($t=(($o)=>[$o,$o.#${name}])(${object}))`;

/** A private method is own code; what a field or a getter gives may be foreign. */
function privateCall(site: number, name: string, object: string, args: string, rewriter: Rewriter): string {
  for (const around of rewriter.functionStack.toReversed()) {
    if (!isClass(around)) continue;
    const member = children(child(around, 'body'), 'body').find(
      (item) => optional(item, 'key')?.type === 'PrivateIdentifier' && text(child(item, 'key'), 'name') === name,
    );
    if (!member) continue;
    if (member.type === 'MethodDefinition' && member['kind'] === 'method') return `${object}.#${name}(...${args})`;
    break;
  }
  return `(${heldPrivate(name, object)},$.k(${site},$t[1],$t[0],${args}))`;
}

/** Reads `super.x` where it is written. */
const superRead = '($k)=>super[$k]';

function call(node: Node, rewriter: Rewriter): string {
  const callee = bare(child(node, 'callee'));
  const args = rewriter.list(children(node, 'arguments'));
  if (callee.type === 'Super')
    return superCall(rewriter, rewriter.site(node), rewriter.functionStack.findLast(isClass), args);
  if (isSuperMember(callee)) return `$.sm(${rewriter.site(node)},${superRead},${rewriter.key(callee)},this,${args})`;
  const imported = isMember(callee) ? rewriter.imported(callee) : undefined;
  if (imported !== undefined)
    return `$.k(${rewriter.site(node)},${imported},${rewriter.of(child(callee, 'object'))},${args})`;
  const own = isPrivateMember(callee) ? rewriter.private(child(callee, 'property')) : undefined;
  if (own !== undefined) return `$.pm(${rewriter.site(node)},${own},${rewriter.of(child(callee, 'object'))},${args})`;
  if (isPrivateMember(callee)) {
    const name = text(child(callee, 'property'), 'name');
    return privateCall(rewriter.site(node), name, rewriter.of(child(callee, 'object')), args, rewriter);
  }
  if (isMember(callee))
    return `$.m(${rewriter.site(node)},${rewriter.of(child(callee, 'object'))},${rewriter.key(callee)},${args})`;
  return `$.c(${rewriter.site(node)},${rewriter.of(callee)},${args})`;
}

/** Of a copy the bridge to what is extended is called (runtime/classes.ts); a class of a program stays what it is. */
export const superCall = (rewriter: Rewriter, site: number, around: Node | undefined, args: string): string =>
  rewriter.program
    ? `$.su(${site},${around ? rewriter.input.functionNumber(rewriter.input.functions.indexOf.get(around) ?? 0) : 0},new.target,${args},($s)=>super(...$s))`
    : `super(${site},${args})`;

function member(node: Node, rewriter: Rewriter): string {
  if (child(node, 'object').type === 'Super')
    return `$.sg(${rewriter.site(node)},${superRead},${rewriter.key(node)},this)`;
  const own = isPrivateMember(node) ? rewriter.private(child(node, 'property')) : undefined;
  if (own !== undefined) return `${own}.g(${rewriter.of(child(node, 'object'))})`;
  if (isPrivateMember(node)) return `${rewriter.of(child(node, 'object'))}.#${text(child(node, 'property'), 'name')}`;
  return (
    rewriter.imported(node) ?? `$.g(${rewriter.site(node)},${rewriter.of(child(node, 'object'))},${rewriter.key(node)})`
  );
}

export const chainRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  ChainExpression: chain,
  CallExpression: call,
  MemberExpression: member,
  NewExpression: (node, rewriter) =>
    `$.n(${rewriter.site(node)},${rewriter.of(child(node, 'callee'))},${rewriter.list(children(node, 'arguments'))})`,
};
