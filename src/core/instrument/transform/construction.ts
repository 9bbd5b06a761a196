// How a recording can follow `new C()` of a class with private names. Only the original constructor can give an object
// those names, so it always runs as it is. Where nothing in it can ask anything foreign (`plain`), a replay computes the
// same by the copy. Where all that it does shows in the instance and in its arguments (`asked`), the whole construction is
// one ask whose answer is the instance. Everything else is a gap with a reason.
import { bare, child, children, isClass, isFunction, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { directChildren } from './ast.ts';
import { intrinsicRoots } from '../runtime/intrinsics.ts';
import type { Analysis, Binding } from './scope.ts';

export interface Construction {
  readonly how: 'plain' | 'asked' | 'gap';
  /** Why no ask can stand for it; of a plain one for when it gets something foreign. */
  readonly reason: string;
}

const intrinsics: ReadonlySet<string> = new Set(intrinsicRoots);
const quietGlobals = /^(?:undefined|NaN|Infinity)$/;
const quietConstructors = /^(?:Map|Set|WeakMap|WeakSet|Array|Object|(?:Type|Range|Syntax|Reference|URI|Eval)?Error)$/;
const quietStatics =
  /^(?:Object\.(?:create|freeze|assign|keys|values|entries|fromEntries)|Array\.(?:isArray|of)|Number\.\w+|String\.\w+|JSON\.\w+|Math\.(?!random)\w+)$/;
const quietFunctions = /^(?:Number|String|Boolean|BigInt|Symbol|parseInt|parseFloat|isNaN|isFinite)$/;

/** Where a name leads: what own code made may be anything, what a package made is foreign. */
type Origin = 'local' | 'own' | 'foreign' | 'global';

class Judge {
  /** Why it is not plain, and why it cannot be asked. */
  loud: string | undefined;
  lost: string | undefined;
  readonly #analysis: Analysis;
  readonly #declared: ReadonlyMap<Binding, Node>;
  readonly #seen: Set<Node>;
  /** Parameters that are what the caller gave, not a part of it. */
  readonly #whole = new Set<Binding>();

  constructor(analysis: Analysis, declared: ReadonlyMap<Binding, Node>, seen: Set<Node>) {
    this.#analysis = analysis;
    this.#declared = declared;
    this.#seen = seen;
  }

  #ask(why: string): void {
    this.loud ??= why;
  }

  #lose(why: string): void {
    this.#ask(why);
    this.lost ??= why;
  }

  #origin(identifier: Node): Origin {
    const binding = this.#analysis.bindings.get(identifier.start);
    if (!binding) return 'global';
    if (binding.scope.owner !== undefined) return 'local';
    const from = this.#declared.get(binding);
    if (binding.kind === 'import' && from)
      return /^[./]/.test(String(child(from, 'source')['value'])) ? 'own' : 'foreign';
    const init = from?.type === 'VariableDeclarator' ? optional(from, 'init') : undefined;
    const call = init?.type === 'MemberExpression' ? child(init, 'object') : init;
    if (call?.type === 'CallExpression' && text(child(call, 'callee'), 'name') === 'require') {
      const [name] = children(call, 'arguments');
      if (name?.type === 'Literal' && !/^[./]/.test(String(name['value']))) return 'foreign';
    }
    return 'own';
  }

  /** A constant of the module that is a list, a Map or a Set of its own. */
  #isCollection(identifier: Node): boolean {
    const binding = this.#analysis.bindings.get(identifier.start);
    const from = binding && !binding.assigned ? this.#declared.get(binding) : undefined;
    const init = from?.type === 'VariableDeclarator' ? optional(from, 'init') : undefined;
    if (init?.type === 'ArrayExpression') return true;
    const callee = init?.type === 'NewExpression' ? child(init, 'callee') : undefined;
    return callee?.type === 'Identifier' && /^(?:Map|Set|Array)$/.test(text(callee, 'name'));
  }

  /** A class as it is constructed, with what it extends. */
  construction(node: Node): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    const base = optional(node, 'superClass');
    if (base) this.#constructed(base, 'it extends');
    for (const member of children(child(node, 'body'), 'body')) {
      if (member.type === 'PropertyDefinition' && member['static'] !== true) {
        const value = optional(member, 'value');
        if (value) this.look(value, node);
      } else if (member.type === 'MethodDefinition' && member['kind'] === 'constructor')
        this.#body(child(member, 'value'), node);
    }
  }

  #body(fn: Node, of: Node): void {
    for (const parameter of children(fn, 'params')) {
      const name = parameter.type === 'AssignmentPattern' ? child(parameter, 'left') : parameter;
      const binding = name.type === 'Identifier' ? this.#analysis.bindings.get(name.start) : undefined;
      if (binding) this.#whole.add(binding);
      this.look(parameter, of);
    }
    this.look(child(fn, 'body'), of);
  }

  /** What `new` or `extends` names. */
  #constructed(given: Node, what: string): void {
    const callee = bare(given);
    if (callee.type !== 'Identifier') {
      if (callee.type === 'MemberExpression' && child(callee, 'object').type === 'Identifier') {
        const origin = this.#origin(child(callee, 'object'));
        return origin === 'own' ? this.#lose(`${what} something of own code`) : this.#ask(`${what} something foreign`);
      }
      return this.#lose(`${what} what an expression gives`);
    }
    const name = text(callee, 'name');
    switch (this.#origin(callee)) {
      case 'global':
        if (!quietConstructors.test(name)) this.#ask(`${what} ${name}`);
        return;
      case 'foreign':
        return this.#ask(`${what} the foreign ${name}`);
      case 'local':
        return this.#ask(`${what} ${name}`);
      default: {
        const from = this.#declared.get(this.#analysis.bindings.get(callee.start)!);
        if (from && isClass(from)) return this.construction(from);
        this.#lose(`${what} ${name}, which is own code`);
      }
    }
  }

  /** A private method or accessor of `this` runs as it is, too; others are copies by then. */
  #own(property: Node, of: Node): void {
    if (property.type !== 'PrivateIdentifier') return;
    const name = text(property, 'name');
    for (const member of children(child(of, 'body'), 'body')) {
      if (member.type !== 'MethodDefinition') continue;
      const key = child(member, 'key');
      const fn = child(member, 'value');
      if (key.type !== 'PrivateIdentifier' || text(key, 'name') !== name || this.#seen.has(fn)) continue;
      this.#seen.add(fn);
      this.#body(fn, of);
    }
  }

  #call(node: Node, of: Node): void {
    const callee = bare(child(node, 'callee'));
    const args = children(node, 'arguments');
    if (callee.type === 'Super') return this.all(args, of);
    if (args.some((each) => isFunction(each) || isClass(each))) this.#lose('it hands out a function');
    this.all(args, of);
    if (callee.type === 'Identifier') {
      const name = text(callee, 'name');
      const origin = this.#origin(callee);
      if (origin === 'global' && quietFunctions.test(name)) return;
      if (origin === 'own') return this.#lose(`it calls ${name}, which is own code`);
      return this.#ask(`it calls ${name}`);
    }
    if (callee.type !== 'MemberExpression') return this.#lose('it calls what an expression gives');
    const object = bare(child(callee, 'object'));
    const property = child(callee, 'property');
    if (object.type === 'ThisExpression') {
      return this.#own(property, of);
    }
    const name = callee['computed'] === true ? '[…]' : text(property, 'name');
    if (object.type === 'Identifier') {
      const origin = this.#origin(object);
      if (origin === 'global' && quietStatics.test(`${text(object, 'name')}.${name}`)) return;
      // Natively and in a replay it changes the same; in a replay that gets the instance only, it would not.
      if (origin === 'own' && this.#isCollection(object))
        return void (this.lost ??= `it writes to ${text(object, 'name')}`);
      if (origin === 'own') return this.#lose(`it calls ${text(object, 'name')}.${name}`);
      return this.#ask(`it calls ${text(object, 'name')}.${name}`);
    }
    if (object.type === 'Super') return this.#lose(`it calls super.${name}`);
    this.look(object, of);
    this.#ask(`it calls .${name}`);
  }

  #member(node: Node, of: Node): void {
    const object = bare(child(node, 'object'));
    if (node['computed'] === true) this.look(child(node, 'property'), of);
    if (object.type === 'ThisExpression') return this.#own(child(node, 'property'), of);
    if (object.type === 'Identifier') {
      const name = text(object, 'name');
      // Foreign arguments are told at the call: what a plain object holds is read, and no deeper.
      if (this.#whole.has(this.#analysis.bindings.get(object.start)!)) return;
      if (this.#origin(object) === 'global' && intrinsics.has(name)) return;
      return this.#ask(`it reads ${name}`);
    }
    this.look(object, of);
    this.#ask('it reads what another object holds');
  }

  #assigned(target: Node, of: Node): void {
    const place = bare(target);
    if (place.type === 'Identifier') {
      if (this.#origin(place) !== 'local') this.lost ??= `it assigns ${text(place, 'name')}`;
      return;
    }
    if (place.type !== 'MemberExpression') return this.#lose('it takes something apart');
    const object = bare(child(place, 'object'));
    if (place['computed'] === true) this.look(child(place, 'property'), of);
    if (object.type === 'ThisExpression') return this.#own(child(place, 'property'), of);
    const isLocal = object.type === 'Identifier' && this.#origin(object) === 'local';
    if (!isLocal) this.#lose('it writes to something else than itself');
  }

  all(nodes: readonly Node[], of: Node): void {
    for (const each of nodes) this.look(each, of);
  }

  look(node: Node, of: Node): void {
    if (isFunction(node) || isClass(node)) return this.#lose('it makes a function');
    switch (node.type) {
      case 'CallExpression':
        return this.#call(node, of);
      case 'NewExpression': {
        this.all(children(node, 'arguments'), of);
        return this.#constructed(child(node, 'callee'), 'it makes a');
      }
      case 'MemberExpression':
        return this.#member(node, of);
      case 'AssignmentExpression':
        this.look(child(node, 'right'), of);
        return this.#assigned(child(node, 'left'), of);
      case 'UpdateExpression':
        return this.#assigned(child(node, 'argument'), of);
      case 'Identifier':
        if (
          this.#origin(node) === 'global' &&
          !quietGlobals.test(text(node, 'name')) &&
          !intrinsics.has(text(node, 'name'))
        )
          this.#ask(`it uses ${text(node, 'name')}`);
        return;
      case 'Property':
        if (node['computed'] === true) this.look(child(node, 'key'), of);
        return this.look(child(node, 'value'), of);
      case 'BinaryExpression': {
        const left = child(node, 'left');
        if (node['operator'] === 'instanceof' || (node['operator'] === 'in' && left.type !== 'PrivateIdentifier'))
          this.#ask(`it uses ${text(node, 'operator')}`);
        break;
      }
      case 'ObjectPattern':
      case 'ArrayPattern':
        // What is taken apart within what was given may be foreign, which nobody has looked at.
        if (directChildren(node).some((each) => holdsPattern(each))) this.#ask('it takes something apart');
        break;
      case 'VariableDeclarator': {
        const init = optional(node, 'init');
        const isPattern = child(node, 'id').type.endsWith('Pattern');
        const isGiven =
          init?.type === 'Identifier' && this.#whole.has(this.#analysis.bindings.get(init.start) as Binding);
        if (isPattern && !isGiven) this.#ask('it takes something apart');
        break;
      }
      case 'PrivateIdentifier':
      case 'MetaProperty':
        return;
      case 'AwaitExpression':
      case 'YieldExpression':
      case 'TaggedTemplateExpression':
      case 'ImportExpression':
        return this.#lose('it does what cannot be followed');
      case 'ForOfStatement':
      case 'ForInStatement':
        this.#ask('it goes through something');
        break;
      default:
    }
    this.all(directChildren(node), of);
  }
}

/** A pattern within a pattern. */
const holdsPattern = (element: Node): boolean => {
  const inner = element.type === 'Property' ? child(element, 'value') : element;
  const bound = inner.type === 'AssignmentPattern' ? child(inner, 'left') : inner;
  return bound.type === 'ObjectPattern' || bound.type === 'ArrayPattern';
};

/** Declarations by binding: imports, classes, variables with an initialiser. */
function declarations(program: Node, analysis: Analysis): ReadonlyMap<Binding, Node> {
  const declared = new Map<Binding, Node>();
  const note = (name: Node | undefined, by: Node): void => {
    const binding = name?.type === 'Identifier' ? analysis.module.find(text(name, 'name')) : undefined;
    if (binding) declared.set(binding, by);
  };
  const visit = (node: Node): void => {
    if (node.type === 'ImportDeclaration')
      for (const specifier of children(node, 'specifiers')) note(child(specifier, 'local'), node);
    else if (node.type === 'ClassDeclaration') note(optional(node, 'id'), node);
    else if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration') {
      const inner = optional(node, 'declaration');
      if (inner) visit(inner);
    } else if (node.type === 'VariableDeclaration')
      for (const declarator of children(node, 'declarations')) {
        const init = optional(declarator, 'init');
        const id = child(declarator, 'id');
        if (id.type === 'ObjectPattern')
          for (const property of children(id, 'properties')) {
            const value = property.type === 'Property' ? child(property, 'value') : undefined;
            if (init && value) note(value, declarator);
          }
        else if (init) note(id, isClass(init) ? init : declarator);
      }
  };
  for (const item of children(program, 'body')) visit(item);
  return declared;
}

/** A function that tells of each class of a module. */
export function constructions(program: Node, analysis: Analysis): (node: Node) => Construction {
  let declared: ReadonlyMap<Binding, Node> | undefined;
  return (node) => {
    const judge = new Judge(analysis, (declared ??= declarations(program, analysis)), new Set());
    judge.construction(node);
    if (judge.loud === undefined) return { how: 'plain', reason: judge.lost ?? '' };
    return judge.lost === undefined ? { how: 'asked', reason: judge.loud } : { how: 'gap', reason: judge.lost };
  };
}
