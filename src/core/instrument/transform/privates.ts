// Private names of classes: which there are, and which name of which class each use of one means. Classes of the module's
// own level are told apart: their copies stand outside of the class, so their private names go through a table
// (runtime/privates.ts). Those of classes made inside functions are made anew with every copy and stay as they are.
import type { PrivateSpec } from '../runtime/privates.ts';
import { child, children, directChildren, isClass, isFunction, text } from './ast.ts';
import type { Node } from './ast.ts';

export interface PrivateUse {
  readonly of: Node;
  readonly index: number;
}

export interface Privates {
  /** By the offset of the identifier. */
  readonly uses: ReadonlyMap<number, PrivateUse>;
  /** Names of the classes of the module's own level, in their order. */
  readonly specs: ReadonlyMap<Node, readonly PrivateSpec[]>;
  /** Classes with private names that are made inside functions or other classes. */
  readonly inner: ReadonlySet<Node>;
}

function specsOf(node: Node): PrivateSpec[] {
  const specs = new Map<string, PrivateSpec>();
  for (const member of children(child(node, 'body'), 'body')) {
    if (member.type !== 'PropertyDefinition' && member.type !== 'MethodDefinition') continue;
    const key = child(member, 'key');
    if (key.type !== 'PrivateIdentifier') continue;
    const name = text(key, 'name');
    const kind = member.type === 'PropertyDefinition' ? 'field' : member['kind'] === 'method' ? 'method' : 'accessor';
    specs.set(name, { name, kind, isStatic: member['static'] === true });
  }
  return [...specs.values()];
}

export function listPrivates(program: Node): Privates {
  const uses = new Map<number, PrivateUse>();
  const specs = new Map<Node, readonly PrivateSpec[]>();
  const inner = new Set<Node>();
  const visit = (node: Node, around: readonly Node[], isInside: boolean): void => {
    let within = around;
    if (node.type === 'PrivateIdentifier') {
      const of = around.findLast((each) => specs.get(each)?.some(({ name }) => name === text(node, 'name')));
      const index = of ? specs.get(of)!.findIndex(({ name }) => name === text(node, 'name')) : -1;
      if (of && !inner.has(of)) uses.set(node.start, { of, index });
    } else if (isClass(node)) {
      const own = specsOf(node);
      if (own.length > 0) {
        specs.set(node, own);
        if (isInside || around.length > 0) inner.add(node);
      }
      within = [...around, node];
    }
    for (const item of directChildren(node)) visit(item, within, isInside || isFunction(node));
  };
  visit(program, [], false);
  for (const each of inner) specs.delete(each);
  return { uses, specs, inner };
}
