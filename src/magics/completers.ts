// What an argument can be, by the kind its declaration names. A completer never fails and never waits for more than it
// must: what cannot be found is not offered.
import type { Completion } from '../core/sandbox/ports.ts';
import { magicNames } from './registry.ts';
import type { Services } from './services.ts';
import { knownTapes } from './tapes.ts';

type Completer = (current: string, services: Services) => Promise<readonly Completion[]>;

const list = (texts: readonly string[], kind: Completion['kind'], detail?: string): readonly Completion[] =>
  texts.map((text) => ({ text, kind, ...(detail === undefined ? {} : { detail }) }));

const completers: Readonly<Record<string, Completer>> = {
  magic: async () => list(magicNames(), 'magic'),
  target: async (_, services) =>
    (await services.listTargets()).flatMap((each) => [
      { text: String(each.pid), kind: 'path' as const, detail: each.name },
      ...each.ports.map((port) => ({ text: `:${port}`, kind: 'path' as const, detail: each.name })),
    ]),
  tape: async (_, services) =>
    knownTapes(services).then((tapes) =>
      tapes.map((tape) => ({ text: tape.tape, kind: 'path' as const, detail: tape.path })),
    ),
  variant: async (_, services) =>
    list(['current', ...services.session.state.variants.map((variant) => variant.name)], 'variable'),
  access: async () => list(['edit', 'send', 'code', 'supervise', 'fs', 'net', 'run', 'env', 'pkg:'], 'option'),
  liveName: async (current, services) => {
    if (!services.session.state.target) return [];
    return list(await (await services.livestate()).completeName(services.target(), current), 'property');
  },
  module: async (_, services) => {
    if (!services.session.state.target) return [];
    return list(
      (await services.target().modules()).filter((module) => module.own).map((module) => module.id),
      'module',
    );
  },
};

export async function completeArgument(
  kind: string,
  current: string,
  services: Services,
): Promise<readonly Completion[]> {
  try {
    return (await completers[kind]?.(current, services)) ?? [];
  } catch {
    return [];
  }
}
