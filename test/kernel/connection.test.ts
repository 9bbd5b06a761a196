import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endpoint, readConnection } from '../../src/kernel/connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'devsandbox-connection-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fields = {
  transport: 'tcp',
  ip: '127.0.0.1',
  shell_port: 1001,
  control_port: 1002,
  stdin_port: 1003,
  iopub_port: 1004,
  hb_port: 1005,
  key: 'k',
  signature_scheme: 'hmac-sha256',
  kernel_name: '',
};

function file(content: unknown): string {
  const path = join(folder, 'kernel.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('connection file', () => {
  it('is read as Jupyter writes it', () => {
    const connection = readConnection(file(fields));
    expect(connection).toEqual({
      transport: 'tcp',
      ip: '127.0.0.1',
      key: 'k',
      digest: 'sha256',
      ports: { shell: 1001, control: 1002, stdin: 1003, iopub: 1004, hb: 1005 },
    });
    expect(endpoint(connection, 'shell')).toBe('tcp://127.0.0.1:1001');
    expect(endpoint(readConnection(file({ ...fields, transport: 'ipc', ip: '/tmp/k' })), 'hb')).toBe(
      'ipc:///tmp/k-1005',
    );
  });

  it.each([
    ['DS7001', 'not json'],
    ['DS7001', []],
    ['DS7002', { ...fields, shell_port: undefined }],
    ['DS7002', { ...fields, hb_port: 70_000 }],
    ['DS7002', { ...fields, iopub_port: '1004' }],
    ['DS7002', { ...fields, transport: 'http' }],
    ['DS7002', { ...fields, signature_scheme: 'none' }],
    ['DS7002', { ...fields, ip: 4 }],
    ['DS7003', { ...fields, key: '' }],
    ['DS7003', { ...fields, key: undefined }],
  ])('says %s for %j', (code, content) => {
    expect(() => readConnection(file(content))).toThrow(expect.objectContaining({ code }));
  });

  it('says DS7001 for a file that is not there', () => {
    expect(() => readConnection(join(folder, 'none.json'))).toThrow(expect.objectContaining({ code: 'DS7001' }));
  });
});
