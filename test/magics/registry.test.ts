import { expect, test } from 'vitest';
import { commandsOf, chooseCommand, loadAllMagics, loadMagic, magicNames } from '../../src/magics/registry.ts';
import { helpOf, helpText } from '../../src/magics/help.ts';

test('every name of the table loads the magic of that name', async () => {
  for (const name of magicNames()) expect((await loadMagic(name)).name).toBe(name);
});

test('declarations are sound', async () => {
  for (const magic of await loadAllMagics()) {
    const commands = commandsOf(magic);
    expect(commands.length, magic.name).toBeGreaterThan(0);
    if (magic.implied !== undefined) expect(Object.keys(magic.subcommands ?? {}), magic.name).toContain(magic.implied);
    for (const { title, spec, subcommand } of commands) {
      // `session.replay.call` would be the function's own.
      if (subcommand !== undefined) expect(subcommand in Function.prototype, title).toBe(false);
      const names = [...(spec.positionals ?? []), ...(spec.options ?? [])].map((each) => each.name);
      expect(new Set(names).size, title).toBe(names.length);
      expect(names, title).not.toContain('json');
      // Nothing can follow what takes the rest, and what is required cannot follow what is not.
      const greedy = (spec.positionals ?? []).findIndex(
        (each) => each.many || each.type === 'rest' || each.type === 'expression',
      );
      if (greedy !== -1) expect(greedy, title).toBe((spec.positionals ?? []).length - 1);
      const optional = (spec.positionals ?? []).findIndex((each) => !each.required);
      if (optional !== -1)
        expect(
          (spec.positionals ?? []).slice(optional).some((each) => each.required),
          title,
        ).toBe(false);
    }
  }
});

test('every example names its own magic', async () => {
  for (const magic of await loadAllMagics()) {
    for (const { spec } of commandsOf(magic))
      for (const example of spec.examples ?? [])
        expect(example).toMatch(new RegExp(`^(%{1,2}${magic.name}\\b${magic.name === 'help' ? '|\\?%' : ''})`));
  }
});

test('commands are chosen by their first word', async () => {
  const record = await loadMagic('record');
  expect(chooseCommand(record, undefined).command.subcommand).toBe('start');
  expect(chooseCommand(record, '--scope').command.subcommand).toBe('start');
  expect(chooseCommand(record, 'stop')).toMatchObject({ command: { subcommand: 'stop' }, taken: true });
  expect(() => chooseCommand(record, 'stpo')).toThrow(
    'DS6006 %record has no subcommand stpo; did you mean %record stop?',
  );
  const replay = await loadMagic('replay');
  expect(chooseCommand(replay, '1187')).toMatchObject({ command: { subcommand: undefined }, taken: false });
  expect(() => chooseCommand(replay, 'chek')).toThrow('did you mean %replay check?');
  await expect(loadMagic('recrod')).rejects.toThrow(
    'DS6002 there is no magic %recrod; did you mean %record? %lsmagic lists them all',
  );
});

test('help shows every argument', async () => {
  const text = helpText(helpOf(await loadMagic('record')));
  for (const part of [
    '%record start [--scope SCOPE…]',
    '--interval',
    'lz4, zstd, none',
    'await session.record.start(',
    'or just %record',
  ])
    expect(text).toContain(part);
});
