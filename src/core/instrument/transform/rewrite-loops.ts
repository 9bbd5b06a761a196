// Loops over what may be foreign: each step passes through a helper.
import { child, children, text } from './ast.ts';
import type { Node } from './ast.ts';
import { destructured, isPattern, target } from './rewrite-patterns.ts';
import type { Rewriter } from './rewrite.ts';

export const loopRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  ForInStatement: (node, rewriter) =>
    rewriter.inside(
      node,
      new Map([[child(node, 'right'), `$.fi(${rewriter.site(node)},${rewriter.of(child(node, 'right'))})`]]),
    ),
  ForOfStatement: (node, rewriter) => (node['await'] === true ? forAwait(node, rewriter) : forOf(node, rewriter)),
};

function forOf(node: Node, rewriter: Rewriter): string {
  const left = child(node, 'left');
  const items = `$.i(${rewriter.site(node)},${rewriter.of(child(node, 'right'))})`;
  const pattern = left.type === 'VariableDeclaration' ? child(children(left, 'declarations')[0] as Node, 'id') : left;
  if (!isPattern(pattern))
    return rewriter.inside(
      node,
      new Map([
        [child(node, 'right'), items],
        ...(left.type === 'VariableDeclaration' ? [] : ([[left, target(left, rewriter)]] as const)),
      ]),
    );
  // Each item may be foreign: it is bound whole first, then taken apart.
  const item = rewriter.fresh('v');
  const kind = left.type === 'VariableDeclaration' ? `${text(left, 'kind')} ` : '';
  const open = kind === '' ? '(' : '';
  return `for(const ${item} of ${items}){${kind}${open}${target(pattern, rewriter)}=${destructured(item, pattern, rewriter)}${open && ')'};${rewriter.of(child(node, 'body'))}}`;
}

/** `for await` as a loop of plain awaits, so that each step passes the same gate as every other await. */
function forAwait(node: Node, rewriter: Rewriter): string {
  const iterator = rewriter.fresh('it');
  const site = rewriter.site(node);
  const left = child(node, 'left');
  const body = rewriter.of(child(node, 'body'));
  const source = `$.ai(${site},${rewriter.of(child(node, 'right'))})`;
  const next = `$.r($x,(await $.a(${site},$x,${iterator}.next())))`;
  let bind: string;
  if (left.type === 'VariableDeclaration') {
    const pattern = child(children(left, 'declarations')[0] as Node, 'id');
    bind = `${text(left, 'kind')} ${rewriter.of(pattern)}=${destructured(`${iterator}.value`, pattern, rewriter)};`;
  } else bind = `(${target(left, rewriter)}=${destructured(`${iterator}.value`, left, rewriter)});`;
  return `{const ${iterator}=${source};try{while(${iterator}.more(${next})){${bind}${body}}}finally{if(${iterator}.open){${iterator}.open=false;$.r($x,(await $.a(${site},$x,${iterator}.close())))}}}`;
}
