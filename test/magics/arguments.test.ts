import { describe, expect, test } from 'vitest';
import { parseCall, parseWords } from '../../src/magics/arguments.ts';
import type { CommandSpec } from '../../src/magics/declare.ts';
import { cutLine, type LinePart } from '../../src/magics/words.ts';

const run: CommandSpec['run'] = () => Promise.resolve({ data: null });
const record = {
  title: 'record start',
  spec: {
    summary: '',
    run,
    positionals: [{ name: 'name', type: 'string', about: '' }],
    options: [
      { name: 'scope', type: 'string', many: true, about: '' },
      { name: 'interval', type: 'duration', about: '' },
      { name: 'ring', type: 'bytes', about: '' },
      { name: 'compression', type: 'string', choices: ['lz4', 'zstd', 'none'], about: '' },
      { name: 'dryRun', type: 'boolean', about: '' },
      { name: 'for', type: 'duration', word: true, about: '' },
    ],
  } satisfies CommandSpec,
};
const edit = {
  title: 'edit',
  spec: {
    summary: '',
    run,
    positionals: [
      { name: 'name', type: 'name', required: true, about: '' },
      { name: 'value', type: 'expression', separator: '=', about: '' },
    ],
    options: [{ name: 'dryRun', type: 'boolean', about: '' }],
  } satisfies CommandSpec,
};
const withBody = {
  title: 'replay with',
  spec: {
    summary: '',
    run,
    options: [{ name: 'at', type: 'string', about: '' }],
    body: { name: 'changes', about: '', required: true, type: 'data' },
  } satisfies CommandSpec,
};

const words = (command: { title: string; spec: CommandSpec }, ...parts: LinePart[]) =>
  parseWords(command, cutLine(['x ', ...parts]), 1).values;

describe('a line', () => {
  test('durations, sizes, lists, choices and switches', () => {
    expect(
      words(
        record,
        '--scope src/**,lib/** --scope=bin/** --interval 1s --ring 64MB --compression zstd --dry-run first',
      ),
    ).toEqual({
      scope: ['src/**', 'lib/**', 'bin/**'],
      interval: 1000,
      ring: 67_108_864,
      compression: 'zstd',
      dryRun: true,
      name: 'first',
    });
    expect(words(record, '--no-dry-run for 10m')).toEqual({ dryRun: false, for: 600_000 });
  });

  test('quotes hold together, and quoted words are never options or keywords', () => {
    expect(words(record, '"a b" --scope "x y"')).toEqual({ name: 'a b', scope: ['x y'] });
    expect(words(record, '"--dry-run"')).toEqual({ name: '--dry-run' });
    expect(words(record, '"for"')).toEqual({ name: 'for' });
  });

  test('values of the cell keep their kind and are never cut into words', () => {
    expect(words(record, { value: 'a b --dry-run' })).toEqual({ name: 'a b --dry-run' });
    expect(words(record, '--scope ', { value: ['p', 'q'] })).toEqual({ scope: ['p', 'q'] });
    expect(words(record, 'run-', { value: 7 })).toEqual({ name: 'run-7' });
    expect(words(edit, 'm#x = ', { value: 'it"s' })).toEqual({ name: 'm#x', value: '"it\\"s"' });
  });

  test('an assignment is cut at its own =, wherever else there is one', () => {
    expect(words(edit, `src/a.ts#carts.get("a = b").items[0] = old.filter((x) => x == 1)`)).toEqual({
      name: 'src/a.ts#carts.get("a = b").items[0]',
      value: 'old.filter((x) => x == 1)',
    });
    expect(words(edit, 'm#x=5')).toEqual({ name: 'm#x', value: '5' });
    expect(words(edit, '--dry-run m#x = 5 --json')).toEqual({ name: 'm#x', value: '5', dryRun: true, json: true });
    expect(words(edit, 'm#fn')).toEqual({ name: 'm#fn' });
  });

  test.each([
    ['--compresion lz4', 'DS6003 %record start has no option --compresion; did you mean --compression?'],
    ['--compression gzip', 'DS6005 gzip is not valid for compression of %record start; give one of lz4, zstd, none'],
    ['--interval soon', 'DS6005 soon is not valid for interval of %record start; give a duration'],
    ['--interval', 'DS6004 %record start needs a value for --interval'],
    ['one two', 'DS6010 %record start does not take two'],
    ['"open', 'DS6009 a quote in'],
  ])('%s is an error', (line, message) => {
    expect(() => words(record, line)).toThrow(message);
  });

  test('what is required is asked for', () => {
    expect(() => words(edit, '')).toThrow('DS6004 %edit needs name; write it as "%edit NAME [= VALUE] [--dry-run]"');
  });
});

describe('a method call', () => {
  test('gives the same values as the line', () => {
    expect(
      parseCall(record, [{ scope: ['src/**', 'lib/**'], interval: '1s', compression: 'zstd', dryRun: true }]).values,
    ).toEqual(words(record, '--scope src/**,lib/** --interval 1s --compression zstd --dry-run'));
    expect(parseCall(record, ['first', { interval: 1000 }]).values).toEqual({ name: 'first', interval: 1000 });
  });

  test('an object that is awaited as a value is no list of options', () => {
    expect(parseCall(edit, ['m#x', { dryRun: true, other: 1 }]).values).toEqual({
      name: 'm#x',
      value: '{"dryRun":true,"other":1}',
    });
    expect(parseCall(withBody, [{ 'src/a.ts': { x: 1 } }, { at: '1.5s' }]).values).toEqual({
      changes: { 'src/a.ts': { x: 1 } },
      at: '1.5s',
    });
  });

  test.each([
    [[{ intervall: 1 }], 'DS6003 %record start has no option --intervall; did you mean --interval?'],
    [['a', 'b'], 'DS6003'],
    [[{ interval: true }], 'DS6005 true is not valid for interval'],
    [[{ dryRun: 'yes' }], 'DS6005'],
  ])('%j is an error', (args, message) => {
    expect(() => parseCall(record, args)).toThrow(message === 'DS6003' ? /DS6010/ : message);
  });
});
