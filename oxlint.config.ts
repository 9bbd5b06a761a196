// Lint rules. Those on imports are made from the list of rooms, so that an editor shows an import against the
// direction where it is written; test/architecture.test.ts checks the same and more.
import { defineConfig } from 'oxlint';
import { mayImport, rooms } from './scripts/architecture/rooms.ts';

/** Path patterns of the rooms that one may not import, as they look in an import from anywhere in src/. */
const forbidden = rooms.map((room) => ({
  files: [`src/${room.path}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: rooms
          .filter((other) => !mayImport(room, other))
          .map((other) => ({
            regex: `^(\\.\\./)+(core/|features/)?${other.path.replace(/^(core|features)\//, '')}/`,
            message: `src/${room.path} may not import src/${other.path}: see docs/architecture.md`,
          })),
      },
    ],
  },
}));

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise'],
  categories: { correctness: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['dist/**', 'test/fixtures/**'],
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    // Terminal output is made of control characters.
    'no-control-regex': 'off',
    // Code that makes code is what this project is about.
    'no-eval': 'off',
    'typescript/no-implied-eval': 'off',
    // Text of values that may be anything is what messages are made of.
    'typescript/no-base-to-string': 'off',
    // A copy protects an iteration from changes made by what it calls.
    'unicorn/no-useless-spread': 'off',
    // `new Array<number>(n)` says its length well enough, and is packed faster than Array.from.
    'unicorn/no-new-array': 'off',
  },
  overrides: [
    {
      // Code that lives among someone else's code takes builtins by value before anybody can replace them.
      files: ['src/core/targets/node/agent/**', 'src/core/instrument/runtime/**', 'src/core/sandbox/inside/**'],
      rules: { 'typescript/unbound-method': 'off' },
    },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    ...forbidden,
  ],
});
