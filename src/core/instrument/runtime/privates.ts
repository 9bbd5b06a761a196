// Private members of own classes. A copy cannot name them, because it is compiled outside of the class: what it does to
// `o.#name` it does through an entry of the table `$.P`, by the number of the class. In a target an entry holds accessors
// that were made in the scope of the class; in a replay it is a private name of its own, which stamps the instances that
// the copy of the class makes. Methods and accessors are the copies' in both.

/** Reads, writes and tests one private name, as a script of that class would. */
export interface PrivateAccess {
  readonly get: (o: object) => unknown;
  readonly set: (o: object, value: unknown) => void;
  readonly has: (o: object) => boolean;
}

/** What the rewritten code says of a private name: `kind` is field, method or accessor. */
export interface PrivateSpec {
  readonly name: string;
  readonly kind: 'field' | 'method' | 'accessor';
  readonly isStatic: boolean;
}

type Callable = (...args: unknown[]) => unknown;

export class PrivateName {
  readonly spec: PrivateSpec;
  access: PrivateAccess;
  /** Puts the name on an object that a copy constructs; natively constructed ones have it. */
  readonly install: ((o: object, value: unknown) => void) | undefined;
  /** Copies of a method, or of a getter and a setter. */
  method: Callable | undefined;
  getter: Callable | undefined;
  setter: Callable | undefined;

  constructor(spec: PrivateSpec, access: PrivateAccess, install?: (o: object, value: unknown) => void) {
    this.spec = spec;
    this.access = access;
    this.install = install;
  }

  isHeldBy(value: object): boolean {
    return this.spec.kind === 'field' && !this.spec.isStatic && this.access.has(value);
  }

  /** `#name in o` */
  h(o: unknown): boolean {
    if ((typeof o !== 'object' && typeof o !== 'function') || o === null)
      throw new TypeError(`Cannot use 'in' operator to search for '#${this.spec.name}' in ${String(o)}`);
    return this.access.has(o);
  }

  /** `o.#name` */
  g(o: unknown): unknown {
    if (this.spec.kind === 'field' || !this.#isBranded(o)) return this.access.get(o as object);
    if (this.spec.kind === 'method') return this.method;
    if (!this.getter) throw new TypeError(`'#${this.spec.name}' was defined without a getter`);
    return Reflect.apply(this.getter, o, []);
  }

  /** `o.#name = value` */
  s(o: unknown, value: unknown): unknown {
    if (this.spec.kind !== 'accessor' || !this.#isBranded(o)) this.access.set(o as object, value);
    else if (this.setter) Reflect.apply(this.setter, o, [value]);
    else throw new TypeError(`'#${this.spec.name}' was defined without a setter`);
    return value;
  }

  /** The initialiser of a field has run. */
  i(o: object, value: unknown): void {
    this.install?.(o, value);
  }

  /** A place that can be assigned to, for patterns and loops. */
  at(o: unknown): { v: unknown } {
    const [get, set] = [() => this.g(o), (value: unknown) => this.s(o, value)];
    return {
      get v() {
        return get();
      },
      set v(value: unknown) {
        set(value);
      },
    };
  }

  #isBranded(o: unknown): boolean {
    return ((typeof o === 'object' && o !== null) || typeof o === 'function') && this.access.has(o);
  }
}

/** Names of one class, by the order in which the rewritten code numbers them. */
export type PrivateTable = Record<number, readonly PrivateName[]>;

/** Private names of a replay: made as a script of that name, so that refusals say what they say in the target. */
export function makeNames(specs: readonly PrivateSpec[], className: string): PrivateName[] {
  return specs.map((spec) => {
    // eslint-disable-next-line no-eval -- a private name can only be made as text
    const [get, set, has, install] = (0, eval)(
      `(()=>{class R{constructor(o){return o}}class N extends R{#${spec.name};constructor(o,v){super(o);this.#${spec.name}=v}` +
        `static a=[(o)=>o.#${spec.name},(o,v)=>{o.#${spec.name}=v},(o)=>#${spec.name} in o,(o,v)=>{new N(o,v)}]}return N.a})()\n//# sourceURL=devsandbox:private`,
    ) as [PrivateAccess['get'], PrivateAccess['set'], PrivateAccess['has'], (o: object, value: unknown) => void];
    if (spec.kind === 'field') return new PrivateName(spec, { get, set, has }, install);
    const unbranded = (): never => {
      const wanted = spec.isStatic ? 'class' : 'an instance of class';
      throw new TypeError(`Receiver must be ${wanted} ${className || 'anonymous'}`);
    };
    const unwritable = (): never => {
      throw new TypeError(`Private method '#${spec.name}' is not writable`);
    };
    return new PrivateName(
      spec,
      { get: unbranded, set: spec.kind === 'method' ? unwritable : unbranded, has },
      install,
    );
  });
}
