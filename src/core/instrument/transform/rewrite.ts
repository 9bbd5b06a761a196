// Rewrites the text of one function or class into its instrumented copy: every operation that may touch something
// foreign goes through the helper object `$` (core/instrument/runtime/helpers.ts names them), every captured variable
// through `$M` (the module's) or `$A` (those of the activations around it). A generator of text from the tree: what is
// not rewritten is copied from the source as it stands.
import { bare, breaks, child, children, directChildren, isClass, isFunction, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { intrinsicRoots } from '../runtime/intrinsics.ts';
import type { FunctionTable } from './functions.ts';
import type { Analysis, Binding, Scope } from './scope.ts';
import { assignmentRules, isPrivate, untouched } from './rewrite-assignments.ts';
import { chainRules } from './rewrite-chains.ts';
import { classRules } from './rewrite-classes.ts';
import { computedKey, functionRules, numberOf } from './rewrite-functions.ts';
import { loopRules } from './rewrite-loops.ts';
import { patternRules } from './rewrite-patterns.ts';

export interface SiteSink {
  /** Number of a place where own code meets something that may be foreign. */
  add(node: Node): number;
}

export interface RewriteInput {
  readonly source: string;
  readonly analysis: Analysis;
  readonly functions: FunctionTable;
  /** Number of a function by its index in the module: those of several modules differ. */
  readonly functionNumber: (index: number) => number;
  readonly sites: SiteSink;
  readonly isStrict: (node: Node) => boolean;
  /** Copies for a replay that shows locals where something is thrown: each function can be asked for its variables. */
  readonly watch?: boolean;
}

/** How a whole module is rewritten: where variables stay what they are, and only operations are replaced. */
export interface ProgramForm {
  /** The module is to run in an isolate, which has no modules: imports are read from `$M`. */
  readonly inReplay: boolean;
  /** It awaits at its top. */
  readonly isAsync: boolean;
}

export interface Captured {
  /** Names read from `$M` and `$A`. */
  readonly module: Map<string, Binding>;
  readonly activation: Map<string, Binding>;
  usesThis: boolean;
}

type Rule = (node: Node, rewriter: Rewriter) => string;

const languageGlobals = new Set(['undefined', 'NaN', 'Infinity', 'arguments', 'eval', ...intrinsicRoots]);

/** State of one rewrite: the text of one root with everything inside it. */
export class Rewriter {
  readonly input: RewriteInput;
  readonly root: Node;
  readonly captured: Captured = { module: new Map(), activation: new Map(), usesThis: false };
  /** Functions around the node being rewritten, innermost last. */
  readonly functionStack: Node[] = [];
  /** The root is a module. */
  readonly program: ProgramForm | undefined;
  #names = 0;

  constructor(input: RewriteInput, root: Node, program?: ProgramForm) {
    this.input = input;
    this.root = root;
    this.program = program;
  }

  site(node: Node): number {
    return this.input.sites.add(node);
  }

  /** Last argument of helpers that write: in sloppy code a write that is refused goes by in silence. */
  sloppy(node: Node): string {
    return this.input.isStrict(node) ? '' : ',1';
  }

  fresh(prefix: string): string {
    this.#names += 1;
    return `$${prefix}${this.#names}`;
  }

  slice(start: number, end: number): string {
    return this.input.source.slice(start, end);
  }

  /** Text of a node, rewritten. */
  of = (node: Node): string => {
    const rule = rules[node.type];
    const code = rule ? rule(node, this) : this.inside(node);
    return /Statement$|Declaration$/.test(node.type) ? this.aligned(node, code) : code;
  };

  /** Adds the line breaks that rewriting took away, so that lines of a copy are lines of the source again after each statement. */
  aligned(node: Node, code: string): string {
    const missing = breaks(this.slice(node.start, node.end)) - breaks(code);
    return missing > 0 ? code + '\n'.repeat(missing) : code;
  }

  /** The node's own text with its children rewritten. */
  inside(node: Node, replace?: ReadonlyMap<Node, string>): string {
    let out = '';
    let at = node.start;
    for (const item of directChildren(node)) {
      out += this.slice(at, item.start) + (replace?.get(item) ?? this.of(item));
      at = item.end;
    }
    return out + this.slice(at, node.end);
  }

  /** A variable of the target around the root: through `$M` or `$A`; undefined when it is a plain name. */
  outside(identifier: Node): string | undefined {
    const name = text(identifier, 'name');
    const binding = this.input.analysis.bindings.get(identifier.start);
    if (!binding) return undefined;
    if (this.program ? !this.program.inReplay || binding.kind !== 'import' : this.#isInside(binding.scope, binding))
      return undefined;
    if (
      binding.scope.owner === undefined &&
      (binding.scope === this.input.analysis.module || isClass(binding.scope.node))
    ) {
      this.captured.module.set(name, binding);
      return `$M.${name}`;
    }
    this.captured.activation.set(name, binding);
    return `$A.${name}`;
  }

  /**
   * A read of what a wrapped module imports (`namespace.name`): a variable like any other import, by the name of the
   * whole read, so that no copy takes the object that the loader keeps exports in for one of the app's.
   */
  imported(member: Node): string | undefined {
    const object = child(member, 'object');
    const binding = object.type === 'Identifier' ? this.input.analysis.bindings.get(object.start) : undefined;
    if (binding?.kind !== 'namespace' || member['computed'] === true) return undefined;
    const name = `${binding.name}.${text(child(member, 'property'), 'name')}`;
    this.captured.module.set(name, { name, scope: binding.scope, kind: 'import', assigned: false });
    return `$M[${JSON.stringify(name)}]`;
  }

  /** A global variable: those of the language as they are, the others told to the helpers by name. */
  global(identifier: Node): string {
    const name = text(identifier, 'name');
    if (this.input.analysis.bindings.has(identifier.start) || languageGlobals.has(name)) return name;
    return `$.G(${JSON.stringify(name)},${name})`;
  }

  #isInside(scope: Scope, binding: Binding): boolean {
    // The inner name of a class copy must mean the class of the target.
    if (scope.node === this.root && isClass(this.root) && binding.kind === 'class') return false;
    for (let at: Scope | undefined = scope; at; at = at.parent) if (at.node === this.root) return true;
    return false;
  }

  /** Entry of a private name in the table of its class; undefined where the name itself can stand. */
  private(identifier: Node): string | undefined {
    if (this.program) return undefined;
    const use = this.input.functions.privates.uses.get(identifier.start);
    const of = use && this.input.functions.indexOf.get(use.of);
    return use && of !== undefined ? `$.P[${this.input.functionNumber(of)}][${use.index}]` : undefined;
  }

  get inAsync(): boolean {
    const around = this.functionStack.at(-1);
    return around ? around['async'] === true : this.program?.isAsync === true;
  }

  /** Whether the function around is a generator, whose entries are resumptions by whoever calls next(). */
  get inGenerator(): boolean {
    return this.functionStack.at(-1)?.['generator'] === true;
  }

  /** Key of a member access as an expression. */
  key(member: Node): string {
    const property = child(member, 'property');
    return member['computed'] === true ? this.of(property) : JSON.stringify(text(property, 'name'));
  }

  list(nodes: readonly Node[]): string {
    return `[${nodes.map((node) => (node.type === 'SpreadElement' ? `...$.i(${this.site(node)},${this.of(child(node, 'argument'))})` : this.of(node))).join(',')}]`;
  }
}

const rules: Readonly<Record<string, Rule>> = {
  ...chainRules,
  ...functionRules,
  ...classRules,
  ...assignmentRules,
  ...loopRules,
  ...patternRules,
  Identifier: (node, rewriter) => rewriter.outside(node) ?? rewriter.global(node),
  ThisExpression: (_node, rewriter) => {
    // `this` of the activation around an arrow that is copied on its own.
    const own =
      rewriter.functionStack.some((item) => item.type !== 'ArrowFunctionExpression') ||
      isClass(rewriter.root) ||
      rewriter.program !== undefined;
    if (own) return 'this';
    rewriter.captured.usesThis = true;
    return '$A.this';
  },
  Property: (node, rewriter) => {
    if (node['shorthand'] === true) {
      const value = child(node, 'value');
      const name = value.type === 'AssignmentPattern' ? child(value, 'left') : value;
      const outside = name.type === 'Identifier' ? rewriter.outside(name) : undefined;
      if (value.type === 'AssignmentPattern')
        return `${text(name, 'name')}: ${outside ?? text(name, 'name')} = ${rewriter.of(child(value, 'right'))}`;
      return outside === undefined ? rewriter.slice(node.start, node.end) : `${text(name, 'name')}: ${outside}`;
    }
    const key = child(node, 'key');
    const isMember = node['method'] === true || node['kind'] !== 'init';
    const isComputed = node['computed'] === true;
    const code = isComputed ? computedKey(key, child(node, 'value'), rewriter) : rewriter.slice(key.start, key.end);
    return rewriter.inside(node, isComputed && !isMember ? undefined : new Map([[key, code]]));
  },
  PropertyDefinition: (node, rewriter) => {
    const key = child(node, 'key');
    return rewriter.inside(
      node,
      node['computed'] === true ? undefined : new Map([[key, rewriter.slice(key.start, key.end)]]),
    );
  },
  LabeledStatement: (node, rewriter) => {
    const label = child(node, 'label');
    return rewriter.inside(node, new Map([[label, text(label, 'name')]]));
  },
  BreakStatement: (node, rewriter) => rewriter.slice(node.start, node.end),
  ContinueStatement: (node, rewriter) => rewriter.slice(node.start, node.end),
  MetaProperty: (node, rewriter) =>
    text(child(node, 'meta'), 'name') === 'import' && rewriter.program?.inReplay !== false
      ? '$M["import.meta"]'
      : rewriter.slice(node.start, node.end),
  UnaryExpression: (node, rewriter) => {
    const place = bare(child(node, 'argument'));
    if (
      text(node, 'operator') === 'typeof' &&
      place.type === 'Identifier' &&
      !rewriter.input.analysis.bindings.has(place.start)
    )
      return rewriter.slice(node.start, node.end);
    if (text(node, 'operator') !== 'delete' || place.type !== 'MemberExpression' || untouched(place))
      return rewriter.inside(node);
    return `$.d(${rewriter.site(place)},${rewriter.of(child(place, 'object'))},${rewriter.key(place)}${rewriter.sloppy(node)})`;
  },
  BinaryExpression: (node, rewriter) => {
    const left = child(node, 'left');
    const operator = text(node, 'operator');
    if (left.type === 'PrivateIdentifier') {
      const own = rewriter.private(left);
      return own === undefined ? rewriter.inside(node) : `${own}.h(${rewriter.of(child(node, 'right'))})`;
    }
    const [a, b] = [rewriter.of(left), rewriter.of(child(node, 'right'))];
    if (operator === 'in') return `$.has(${rewriter.site(node)},${a},${b})`;
    if (operator === 'instanceof') return `$.io(${rewriter.site(node)},${a},${b})`;
    return `(${a} ${operator} ${b})`;
  },
  TemplateLiteral: (node, rewriter) => {
    const replaced = new Map(
      children(node, 'expressions').map((item) => [
        item,
        item.type === 'Literal' ? rewriter.of(item) : `$.tpl(${rewriter.site(item)},${rewriter.of(item)})`,
      ]),
    );
    return rewriter.inside(node, replaced);
  },
  TaggedTemplateExpression: (node, rewriter) => {
    const tag = child(node, 'tag');
    const quasi = `((...$a)=>$a)${rewriter.inside(child(node, 'quasi'))}`;
    const own =
      tag.type === 'MemberExpression' && isPrivate(tag) ? rewriter.private(child(tag, 'property')) : undefined;
    if (own !== undefined) return `$.pm(${rewriter.site(node)},${own},${rewriter.of(child(tag, 'object'))},${quasi})`;
    if (tag.type === 'MemberExpression' && !untouched(tag))
      return `$.m(${rewriter.site(node)},${rewriter.of(child(tag, 'object'))},${rewriter.key(tag)},${quasi})`;
    return `$.c(${rewriter.site(node)},${rewriter.of(tag)},${quasi})`;
  },
  AwaitExpression: (node, rewriter) =>
    `$.r($x,(await $.a(${rewriter.site(node)},$x,${rewriter.of(child(node, 'argument'))})))`,
  YieldExpression: (node, rewriter) => {
    const value = optional(node, 'argument');
    if (node['delegate'] === true)
      return `$.y($x,(yield* $.i(${rewriter.site(node)},${value ? rewriter.of(value) : 'void 0'})))`;
    return `$.y($x,(yield $.yv($x,${value ? rewriter.of(value) : 'void 0'})))`;
  },
  ObjectExpression: (node, rewriter) => {
    const replaced = new Map<Node, string>();
    const methods: string[] = [];
    for (const property of children(node, 'properties')) {
      if (property.type === 'SpreadElement')
        replaced.set(property, `...$.sp(${rewriter.site(property)},${rewriter.of(child(property, 'argument'))})`);
      else if (property['method'] === true || property['kind'] !== 'init') {
        if (property['computed'] === true && !rewriter.program) continue;
        const key = child(property, 'key');
        const number = numberOf(child(property, 'value'), rewriter);
        const name = (): string => (key.type === 'Literal' ? String(key['value']) : text(key, 'name'));
        methods.push(property['computed'] === true ? `$.key(${number})` : JSON.stringify(name()), String(number));
      }
    }
    const object = rewriter.inside(node, replaced);
    return methods.length > 0 ? `$.fo(${object},[${methods.join(',')}])` : object;
  },
  ArrayExpression: (node, rewriter) => {
    const replaced = new Map(
      children(node, 'elements')
        .filter((item) => item.type === 'SpreadElement')
        .map((item) => [item, `...$.i(${rewriter.site(item)},${rewriter.of(child(item, 'argument'))})`]),
    );
    return rewriter.inside(node, replaced);
  },
  // What is left of `(0, f)(x)` stands among the arguments of a helper.
  SequenceExpression: (node, rewriter) => `(${rewriter.inside(node)})`,
  CatchClause: (node, rewriter) => resumeFirst(node, child(node, 'body'), rewriter),
  TryStatement: (node, rewriter) => {
    const last = optional(node, 'finalizer');
    if (!last || !rewriter.inAsync) return rewriter.inside(node);
    return rewriter.inside(node, new Map([[last, `{$.r($x);${rewriter.of(last).slice(1)}`]]));
  },
  ImportExpression: (node, rewriter) => {
    const given = optional(node, 'options');
    // In a running module `import()` is written where it stands: only there it means what it means to the module.
    const scope =
      rewriter.program?.inReplay === false
        ? `{import:($s)=>import($s${given ? `,${rewriter.of(given)}` : ''}),module:${rewriter.input.functionNumber(rewriter.input.functions.list.length)}}`
        : '$M';
    return `$.imp(${rewriter.site(node)},${rewriter.of(child(node, 'source'))},${scope})`;
  },
};

/** An await that threw resumes in a catch or finally: own code runs again from there. */
function resumeFirst(node: Node, body: Node, rewriter: Rewriter): string {
  if (!rewriter.inAsync) return rewriter.inside(node);
  return rewriter.inside(node, new Map([[body, `{$.r($x);${rewriter.of(body).slice(1)}`]]));
}

export interface Rewritten {
  /** An expression that evaluates to the copy, given `$`, `$M`, `$A` and `$t` in scope. */
  readonly code: string;
  readonly captured: Captured;
}

/** Rewrites one function or class so that it stands alone. */
export function rewriteRoot(input: RewriteInput, index: number): Rewritten {
  const root = input.functions.nodes[index] as Node;
  const rewriter = new Rewriter(input, root);
  const info = input.functions.list[index];
  let code = rewriter.of(root);
  if (info && (info.kind === 'method' || info.kind === 'getter' || info.kind === 'setter') && isFunction(root)) {
    // An object's method: made inside a literal again, taken out by its descriptor.
    const prefix = `${info.isAsync ? 'async ' : ''}${info.isGenerator ? '*' : ''}`;
    const accessor = info.kind === 'getter' ? 'get ' : info.kind === 'setter' ? 'set ' : '';
    const field = info.kind === 'getter' ? 'get' : info.kind === 'setter' ? 'set' : 'value';
    const parenthesis = code.indexOf('(');
    code = `Object.getOwnPropertyDescriptor({${accessor}${prefix}${JSON.stringify(info.name)}${code.slice(parenthesis)}},${JSON.stringify(info.name)}).${field}`;
  }
  return { code: `(${code})`, captured: rewriter.captured };
}
