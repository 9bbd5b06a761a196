import { expect, test } from 'vitest';
import { countTests, type VitestReport } from '../../scripts/test-report.ts';

const report = (passed: number, failed: number, testResults: VitestReport['testResults'] = []): VitestReport => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults,
});

test('tests are counted as vitest counts them', () => {
  expect(countTests(report(7, 0), 0)).toEqual({ passed: 7, failed: 0, skipped: 3 });
  const file = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  expect(countTests(report(7, 1, [file]), 1)).toEqual({ passed: 7, failed: 1, skipped: 3 });
});

test('a file that could not be loaded is a failure', () => {
  expect(countTests(report(7, 0, [{ status: 'failed', assertionResults: [] }]), 1).failed).toBe(1);
});

test('a run that ended badly without a failed test, or without a report, is a failure', () => {
  expect(countTests(report(7, 0), 1).failed).toBe(1);
  expect(countTests(undefined, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
