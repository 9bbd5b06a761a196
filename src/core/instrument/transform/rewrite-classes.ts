// Classes of a copy. A class of the app's own level is copied for its members: its statics exist, its computed keys were
// computed, its private names belong to the original. What it extends is called through a bridge, so that construction
// is own code where the base has a copy, and an ask where it is foreign.
import { breaks, child, children, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { superCall } from './rewrite-chains.ts';
import { computedKey, named, numberOf, parametersAndBody } from './rewrite-functions.ts';
import type { Rewriter } from './rewrite.ts';

const table = (node: Node, rewriter: Rewriter): string => `$.P[${numberOf(node, rewriter)}]`;

/** Private methods and accessors are there before any field is. */
function brands(node: Node, rewriter: Rewriter): string {
  if (rewriter.program) return privateMethods(node, rewriter);
  const specs = rewriter.input.functions.privates.specs.get(node) ?? [];
  return specs
    .map(({ kind, isStatic }, index) =>
      kind === 'field' || isStatic ? '' : `#$${index}=void ${table(node, rewriter)}[${index}].i(this);`,
    )
    .join('');
}

/** Of a class of a program they stay what they are, and are marked when there is a first instance to read them from. */
function privateMethods(node: Node, rewriter: Rewriter): string {
  const methods = children(child(node, 'body'), 'body').filter(
    (member) =>
      member.type === 'MethodDefinition' &&
      member['kind'] === 'method' &&
      child(member, 'key').type === 'PrivateIdentifier',
  );
  const marking = (isStaticOne: boolean): string =>
    methods
      .filter((member) => (member['static'] === true) === isStaticOne)
      .map((each) => `$.pf(${numberOf(child(each, 'value'), rewriter)},this.#${text(child(each, 'key'), 'name')})`)
      .join(',');
  const [ofClass, ofInstance] = [marking(true), marking(false)];
  return `${ofClass && `static{${ofClass}}`}${ofInstance && `#$own=void(${ofInstance});`}`;
}

function classText(node: Node, rewriter: Rewriter): string {
  rewriter.functionStack.push(node);
  const isRoot = node === rewriter.root;
  const id = optional(node, 'id');
  const base = optional(node, 'superClass');
  const own = children(child(node, 'body'), 'body');
  let members = brands(node, rewriter) + '\n'.repeat(breaks(rewriter.slice(node.start, child(node, 'body').start)));
  if (base && !own.some((member) => member['kind'] === 'constructor'))
    members = `constructor(...$a){${superCall(rewriter, rewriter.site(node), node, '$a')};}${members}`;
  // Statics may construct the class before it is finished.
  if (rewriter.program && own.some((member) => isStatic(member)))
    members = `static{$.cs(this,${numberOf(node, rewriter)})}${members}`;
  let at = child(node, 'body').start;
  for (const member of own) {
    members += '\n'.repeat(breaks(rewriter.slice(at, member.start)));
    at = member.end;
    // Statics of the class were made when the app loaded; its copy must not make them again.
    if (isRoot && isStatic(member)) {
      members += '\n'.repeat(breaks(rewriter.slice(member.start, member.end)));
      continue;
    }
    const code =
      member.type === 'MethodDefinition'
        ? method(member, rewriter)
        : member.type === 'StaticBlock'
          ? rewriter.inside(member)
          : `${field(member, rewriter)}${rewriter.slice(member.end - 1, member.end) === ';' ? '' : ';'}`;
    members += rewriter.aligned(member, code);
  }
  rewriter.functionStack.pop();
  // Of a class of the app's own level it is known; elsewhere it is computed once, where it stands.
  const from =
    base &&
    (isRoot
      ? `$.base(()=>$.up(${numberOf(node, rewriter)}),1)`
      : rewriter.program
        ? `$.ext(${rewriter.of(base)})`
        : `$.base(${rewriter.of(base)},0)`);
  const parent = from ? ` extends ${from}` : '';
  return `class ${id ? text(id, 'name') : ''}${parent}{${members}}`;
}

/** Runs when the class is made. */
const isStatic = (member: Node): boolean =>
  member.type === 'StaticBlock' || (member.type === 'PropertyDefinition' && member['static'] === true);

/** The initialiser of a private field runs where it stands; its value goes to the table. */
function field(member: Node, rewriter: Rewriter): string {
  const key = child(member, 'key');
  const own = key.type === 'PrivateIdentifier' ? rewriter.private(key) : undefined;
  if (own === undefined) return rewriter.of(member);
  const value = optional(member, 'value');
  const end = rewriter.slice(member.end - 1, member.end) === ';' ? ';' : '';
  return `#${text(key, 'name')}=void ${own}.i(this,${value ? rewriter.of(value) : 'void 0'})${end}`;
}

/** A computed key of a class of the app's own level: it is what it was when the class was made. */
const isKnown = (member: Node, rewriter: Rewriter): boolean =>
  member['computed'] === true && member.type === 'MethodDefinition' && rewriter.functionStack.at(-1) === rewriter.root;
const known = (member: Node, rewriter: Rewriter): string => `$.key(${numberOf(child(member, 'value'), rewriter)})`;

function method(member: Node, rewriter: Rewriter): string {
  const key = child(member, 'key');
  const value = child(member, 'value');
  const kind = String(member['kind']);
  const own = key.type === 'PrivateIdentifier' ? rewriter.private(key) : undefined;
  const name =
    own !== undefined
      ? JSON.stringify(`#${text(key, 'name')}`)
      : member['computed'] === true
        ? `[${isKnown(member, rewriter) ? known(member, rewriter) : computedKey(key, value, rewriter)}]`
        : rewriter.slice(key.start, key.end);
  const prefix = `${member['static'] === true ? 'static ' : ''}${kind === 'get' || kind === 'set' ? `${kind} ` : ''}${value['async'] === true ? 'async ' : ''}${value['generator'] === true ? '*' : ''}`;
  return `${prefix}${name}${parametersAndBody(value, rewriter, kind === 'constructor')}`;
}

/** Numbers of a class and its named members, for `$.fc`. */
function memberNumbers(node: Node, rewriter: Rewriter): string {
  const parts: string[] = [];
  for (const member of children(child(node, 'body'), 'body')) {
    if (member.type !== 'MethodDefinition' || member['kind'] === 'constructor') continue;
    if (member['computed'] === true && node !== rewriter.root && !rewriter.program) continue;
    const number = String(numberOf(child(member, 'value'), rewriter));
    const key = child(member, 'key');
    if (key.type === 'PrivateIdentifier' && rewriter.private(key) === undefined) continue;
    const name = member['computed'] === true ? '' : key.type === 'Literal' ? String(key['value']) : text(key, 'name');
    parts.push(
      member['computed'] === true
        ? known(member, rewriter)
        : JSON.stringify(key.type === 'PrivateIdentifier' ? `#${name}` : name),
      member['static'] === true ? '1' : '0',
      number,
    );
  }
  return `[${parts.join(',')}]`;
}

/** The class marked as own; of one with private names, those are made first. */
function marked(code: string, node: Node, rewriter: Rewriter): string {
  const number = numberOf(node, rewriter);
  const { specs, construction } = rewriter.input.functions.privates;
  const privates = rewriter.program ? undefined : specs.get(node);
  const names = privates
    ? `,$.pn(${number},${JSON.stringify(privates)},${JSON.stringify(construction(node))},${JSON.stringify(rewriter.input.functions.list[rewriter.input.functions.indexOf.get(node) ?? -1]?.name ?? '')})`
    : '';
  return `$.fc(${code},${number},${memberNumbers(node, rewriter)}${names})`;
}

/** A class as a value: an expression, or a default export without a name. */
export const classValue = (node: Node, rewriter: Rewriter): string =>
  marked(named(classText(node, rewriter), node, rewriter), node, rewriter);

export const classRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  ClassDeclaration: (node, rewriter) => {
    const code = classText(node, rewriter);
    if (node === rewriter.root) return marked(`(${code})`, node, rewriter);
    return `${code} ${marked(text(child(node, 'id'), 'name'), node, rewriter)};`;
  },
  ClassExpression: classValue,
};
