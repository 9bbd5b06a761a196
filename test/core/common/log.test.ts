import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { log } from '../../../src/core/common/log.ts';

it('is silent unless asked, and then writes bounded lines of JSON from its level up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'log');
  try {
    log('tape', { DEVSANDBOX_LOG_FILE: path }).error('nobody asked');
    expect(existsSync(path)).toBe(false);
    const out = log('tape', { DEVSANDBOX_LOG_FILE: path, DEVSANDBOX_LOG: 'info' });
    out.debug('below');
    out.info('opened', { path: 'x'.repeat(9_000) });
    out.error('failed', new Error('disk full'), { at: 3 });
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => [line['level'], line['part'], line['what']])).toEqual([
      ['info', 'tape', 'opened'],
      ['error', 'tape', 'failed'],
    ]);
    expect(String(lines[0]?.['path'])).toHaveLength(2_000);
    expect(lines[1]).toMatchObject({ error: 'disk full', at: 3 });
    log('tape', { DEVSANDBOX_LOG: 'debug', DEVSANDBOX_LOG_FILE: join(folder, 'no', 'log') }).warn('cannot be written');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
