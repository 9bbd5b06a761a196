// Three projects: unit tests (no process of their own, or a short one), integration tests (real targets, terminals,
// kernels, one file at a time because they contend for Node's inspector port), and notebooks run from end to end.
// Isolates need forks started with --no-node-snapshot.
import { defineConfig } from 'vitest/config';

const isolates = { pool: 'forks', execArgv: ['--no-node-snapshot'] } as const;
const never = ['**/node_modules/**', 'test/apps/**', 'test/fixtures/**'];

export default defineConfig({
  test: {
    teardownTimeout: 20_000,
    projects: [
      {
        test: {
          ...isolates,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...never, 'test/integration/**', 'test/notebooks/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...isolates,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: never,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...isolates,
          name: 'notebooks',
          include: ['test/notebooks/**/*.test.ts'],
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
