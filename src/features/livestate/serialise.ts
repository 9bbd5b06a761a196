// A value of the target as a JavaScript expression that makes an equal one: the backup of an edit, and the text that
// previews compare. Data only: what an expression cannot make again (class instances, functions, cycles) is marked, and
// an edit of such a value can be undone only while we still hold the object itself.
import type { Handle, LiveMember, LiveValue } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';
import { describe } from './resolve.ts';

export interface Serialised {
  readonly expression: string;
  /** Why the expression is not the whole value; absent when it is. */
  readonly incomplete?: string;
}

const limits = { depth: 8, nodes: 5_000, characters: 400_000 };

export async function serialise(target: Target, value: LiveValue): Promise<Serialised> {
  const walk = new Walk(target);
  const expression = await walk.write(value, 0, '');
  return walk.incomplete === undefined ? { expression } : { expression, incomplete: walk.incomplete };
}

class Walk {
  incomplete: string | undefined;
  readonly #target: Target;
  #nodes = 0;
  #characters = 0;
  readonly #open = new Set<Handle>();

  constructor(target: Target) {
    this.#target = target;
  }

  async write(value: LiveMember['value'], depth: number, indent: string): Promise<string> {
    if (++this.#nodes > limits.nodes || this.#characters > limits.characters)
      return this.#cut('it is too large', value);
    switch (value.kind) {
      case 'string':
        if (value.length !== undefined) return this.#cut('a string is too long', value);
        this.#characters += value.value.length;
        return JSON.stringify(value.value);
      case 'function':
        return this.#cut('it holds a function', value);
      case 'symbol':
        return this.#cut('it holds a symbol', value);
      case 'redacted':
        return this.#cut('it holds a secret', value);
      case 'accessor':
        return this.#cut('it holds a getter', value);
      case 'object':
        break;
      default:
        return describe(value);
    }
    if (depth >= limits.depth) return this.#cut('it is too deep', value);
    if (this.#open.has(value.handle)) return this.#cut('it refers to itself', value);
    this.#open.add(value.handle);
    try {
      const members = await this.#members(value.handle, value.size);
      return await this.#object(value, members, depth, indent);
    } finally {
      this.#open.delete(value.handle);
    }
  }

  async #members(handle: Handle, size: number): Promise<readonly LiveMember[]> {
    if (size > limits.nodes) return [];
    const members = await this.#target.members(handle, { start: 0, count: limits.nodes });
    return members.filter((member) => member.origin !== 'prototype');
  }

  async #object(
    value: LiveValue & { kind: 'object' },
    members: readonly LiveMember[],
    depth: number,
    indent: string,
  ): Promise<string> {
    const inner = `${indent}  `;
    const lines = async (
      wanted: readonly LiveMember[],
      text: (member: LiveMember, value: string) => string | Promise<string>,
    ) => {
      const parts: string[] = [];
      for (const member of wanted)
        parts.push(inner + (await text(member, await this.write(member.value, depth + 1, inner))));
      return parts.length === 0 ? '' : `\n${parts.join(',\n')}\n${indent}`;
    };
    const entries = members.filter((member) => member.origin === 'entry');
    const own = members.filter((member) => member.origin === 'property' && member.enumerable);
    if (members.some((member) => member.origin === 'private')) return this.#cut('it has private fields', value);
    if (value.size > limits.nodes) return this.#cut('it is too large', value);
    switch (value.subtype) {
      case 'map':
        if (value.className !== 'Map') break;
        return `new Map([${await lines(entries, async (member, text) => `[${await this.write(member.key, depth + 1, inner)}, ${text}]`)}])`;
      case 'set':
        if (value.className !== 'Set') break;
        return `new Set([${await lines(entries, (_, text) => text)}])`;
      case 'array': {
        const items = own.filter((member) => /^\[\d+\]$/.test(member.step));
        if (value.className !== 'Array') break;
        if (items.length !== value.size || own.length !== items.length)
          return this.#cut('an array has holes or extra properties', value);
        return `[${await lines(items, (_, text) => text)}]`;
      }
      case 'object':
        if (value.className !== 'Object') break;
        if (own.some((member) => member.key.kind !== 'string' && member.key.kind !== 'number'))
          return this.#cut('it has symbol keys', value);
        return `{${await lines(own, (member, text) => `${keyText(member)}: ${text}`)}}`;
      default:
    }
    return this.#cut(`${value.className} is not plain data`, value);
  }

  #cut(reason: string, value: LiveMember['value']): string {
    this.incomplete ??= reason;
    return `/* ${describe(value).replaceAll('*/', '* /')} */ undefined`;
  }
}

function keyText(member: LiveMember): string {
  const key = member.key.kind === 'string' ? member.key.value : String((member.key as { value: unknown }).value);
  // In a literal a plain `__proto__` would set the prototype.
  return key === '__proto__' ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
