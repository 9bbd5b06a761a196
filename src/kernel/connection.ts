// What Jupyter tells a kernel about where to listen: the connection file. Read once, checked field by field, so that a
// broken file is one coded error and never a socket bound to the wrong place.
import { getHashes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fail, messageOf } from '../core/common/errors.ts';

export const channelNames = ['shell', 'control', 'stdin', 'iopub', 'hb'] as const;
export type ChannelName = (typeof channelNames)[number];

export interface Connection {
  readonly transport: 'tcp' | 'ipc';
  readonly ip: string;
  readonly ports: Readonly<Record<ChannelName, number>>;
  /** Shared secret; every message is signed with it. */
  readonly key: string;
  /** Digest of the signature, as Node names it: `sha256`. */
  readonly digest: string;
}

/** @throws DS7001 unreadable, DS7002 a field is missing or wrong, DS7003 no key */
export function readConnection(path: string): Connection {
  let fields: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw new Error('it holds no JSON object');
    fields = parsed as Record<string, unknown>;
  } catch (error) {
    throw fail('DS7001', { path, reason: messageOf(error) }, error);
  }
  const bad = (field: string): Error =>
    fail('DS7002', { path, field, value: JSON.stringify(fields[field]) ?? 'nothing' });
  const text = (field: string, fallback?: string): string => {
    const value = fields[field] ?? fallback;
    if (typeof value !== 'string') throw bad(field);
    return value;
  };
  const port = (name: ChannelName): number => {
    const value = fields[`${name}_port`];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65_535) throw bad(`${name}_port`);
    return value;
  };
  const transport = text('transport', 'tcp');
  if (transport !== 'tcp' && transport !== 'ipc') throw bad('transport');
  const digest = /^hmac-(\w+)$/.exec(text('signature_scheme', 'hmac-sha256'))?.[1];
  if (digest === undefined || !getHashes().includes(digest)) throw bad('signature_scheme');
  const key = text('key', '');
  if (key === '') throw fail('DS7003', { path });
  return {
    transport,
    ip: text('ip', '127.0.0.1'),
    ports: {
      shell: port('shell'),
      control: port('control'),
      stdin: port('stdin'),
      iopub: port('iopub'),
      hb: port('hb'),
    },
    key,
    digest,
  };
}

/** Where a channel's socket is bound. */
export function endpoint(connection: Connection, channel: ChannelName): string {
  const port = connection.ports[channel];
  return connection.transport === 'tcp' ? `tcp://${connection.ip}:${port}` : `ipc://${connection.ip}-${port}`;
}
