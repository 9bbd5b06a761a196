// Entry of the code that runs in a replay's isolate: what the host calls. Results cross as JSON and byte arrays.
import { makeDriver } from './driver.ts';
import type { DriverInput } from './input.ts';

let driver: ReturnType<typeof makeDriver> | undefined;
let more = true;

/**
 * @param clock milliseconds that go on steadily; the isolate has none of its own
 * @param trace for a counterfactual: what {@link trace} gave at the end of the checked replay
 */
export function open(input: string, clock: () => number, trace?: ArrayBuffer): void {
  driver = makeDriver(JSON.parse(input) as DriverInput, clock, trace && new Float64Array(trace));
}

export function feed(chunk: ArrayBuffer): void {
  driver?.feed(chunk);
}

export function prepare(): void {
  driver?.prepare();
}

/**
 * Runs one entry; the answer is read with {@link goOn}, because a rejection nobody handled makes this call throw.
 * @param rejected the call before this one threw
 */
export function step(rejected: boolean): void {
  more = false;
  more = driver?.step(rejected) ?? false;
}

export const goOn = (): boolean => more;

const encode = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? { $bytes: [...value] }
    : Array.isArray(value)
      ? value.map(encode)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]))
        : value;

export const report = (): string => JSON.stringify(encode(driver?.report()));
export const state = (): string => JSON.stringify(encode(driver?.state()));
export const trace = (): Float64Array | undefined => driver?.trace();
export const answers = (): string => JSON.stringify(driver?.answers() ?? []);
