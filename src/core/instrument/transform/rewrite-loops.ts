// Loops over what may be foreign: each step of a foreign iterable is an ask, each step of an asynchronous one an await.
import { child, children, directChildren, isFunction, text } from './ast.ts';
import type { Node } from './ast.ts';
import { destructured, isPattern, target } from './rewrite-patterns.ts';
import type { Rewriter } from './rewrite.ts';

/** Whether a function waits in this part of it. */
const waits = (node: Node): boolean =>
  node.type === 'AwaitExpression' ||
  (node.type === 'ForOfStatement' && node['await'] === true) ||
  directChildren(node).some((item) => !isFunction(item) && waits(item));

/** An await that throws in a loop closes the loop's iterator first, which may be own code. */
function loopBody(body: Node, rewriter: Rewriter): string {
  const code = rewriter.of(body);
  return rewriter.inAsync && waits(body) ? `{try{${code}}catch($e){throw $.r($x,$e)}}` : code;
}

function forOf(node: Node, rewriter: Rewriter): string {
  const left = child(node, 'left');
  const body = child(node, 'body');
  const items = `$.i(${rewriter.site(node)},${rewriter.of(child(node, 'right'))})`;
  const pattern = left.type === 'VariableDeclaration' ? child(children(left, 'declarations')[0] as Node, 'id') : left;
  if (!isPattern(pattern))
    return rewriter.inside(
      node,
      new Map([
        [child(node, 'right'), items],
        [body, loopBody(body, rewriter)],
        ...(left.type === 'VariableDeclaration' ? [] : ([[left, target(left, rewriter)]] as const)),
      ]),
    );
  // Each item may be foreign: it is bound whole first, then taken apart.
  const item = rewriter.fresh('v');
  const kind = left.type === 'VariableDeclaration' ? `${text(left, 'kind')} ` : '';
  const open = kind === '' ? '(' : '';
  return `for(const ${item} of ${items}){${kind}${open}${target(pattern, rewriter)}=${destructured(item, pattern, rewriter)}${open && ')'};${loopBody(body, rewriter)}}`;
}

/**
 * `for await` as a loop of plain awaits, so that each step passes the same gate as every other await. What the body throws
 * is thrown, whatever closing the iterator does; where the iterator itself threw it is not closed.
 */
function forAwait(node: Node, rewriter: Rewriter): string {
  const iterator = rewriter.fresh('it');
  const site = rewriter.site(node);
  const left = child(node, 'left');
  const body = rewriter.of(child(node, 'body'));
  const source = `$.ai(${site},${rewriter.of(child(node, 'right'))})`;
  const waited = (what: string): string => `$.r($x,(await $.a(${site},$x,${what})))`;
  let bind: string;
  if (left.type === 'VariableDeclaration') {
    const pattern = child(children(left, 'declarations')[0] as Node, 'id');
    bind = `${text(left, 'kind')} ${rewriter.of(pattern)}=${destructured(`${iterator}.value`, pattern, rewriter)};`;
  } else bind = `(${target(left, rewriter)}=${destructured(`${iterator}.value`, left, rewriter)});`;
  const loop = `while(${iterator}.more(${waited(`${iterator}.next()`)})){${bind}${body}}`;
  const close = `if(${iterator}.open){${iterator}.open=false;try{${waited(`${iterator}.close()`)}}catch($e){$.r($x);if(!${iterator}.failed)throw $e}}`;
  return `{const ${iterator}=${source};try{${loop}}catch($e){${iterator}.failed=true;throw $.r($x,$e)}finally{${close}}}`;
}

export const loopRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  ForInStatement: (node, rewriter) => {
    const left = child(node, 'left');
    return rewriter.inside(
      node,
      new Map([
        [child(node, 'right'), `$.fi(${rewriter.site(node)},${rewriter.of(child(node, 'right'))})`],
        ...(left.type === 'VariableDeclaration' ? [] : ([[left, target(left, rewriter)]] as const)),
      ]),
    );
  },
  ForOfStatement: (node, rewriter) => (node['await'] === true ? forAwait(node, rewriter) : forOf(node, rewriter)),
};
