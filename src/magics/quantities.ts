// Durations and sizes as people write them: `10m`, `1.5s`, `250ms`, `64MB`.
import { bytes, ms, type Bytes, type Milliseconds } from '../core/common/units.ts';

const durationUnits: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const sizeUnits: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

const parse = (text: string, units: Readonly<Record<string, number>>, bare: number): number | undefined => {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zA-Zµ]*)$/.exec(text.trim());
  if (!match) return undefined;
  const unit = match[2]!.toLowerCase().replace('µ', 'u');
  const factor = unit === '' ? bare : units[unit];
  return factor === undefined ? undefined : Number(match[1]) * factor;
};

/** A number without a unit counts as milliseconds. */
export function parseDuration(text: string): Milliseconds | undefined {
  const value = parse(text, durationUnits, 1);
  return value === undefined ? undefined : ms(value);
}

/** A number without a unit counts as bytes; K, M and G are powers of 1,024. */
export function parseBytes(text: string): Bytes | undefined {
  const value = parse(text, sizeUnits, 1);
  return value === undefined ? undefined : bytes(Math.round(value));
}

/** `850 µs`, `12 ms`, `4.2 s`, `3 min 5 s` */
export function formatDuration(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} µs`;
  if (value < 10) return `${Number(value.toFixed(1))} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${Number((value / 1000).toFixed(1))} s`;
  const minutes = Math.floor(value / 60_000);
  const seconds = Math.round((value % 60_000) / 1000);
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}

export function formatBytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const power = Math.min(3, Math.floor(Math.log(value) / Math.log(1024)));
  const scaled = value / 1024 ** power;
  return `${scaled >= 100 ? Math.round(scaled) : Number(scaled.toFixed(1))} ${['B', 'KB', 'MB', 'GB'][power]}`;
}

/** `3,102 calls`, `1 call` */
export const formatCount = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
