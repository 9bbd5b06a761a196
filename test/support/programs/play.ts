// Plays a program from its start to quiet: loads it, drives it, and gives everything that could be seen from outside.
// With a recorder it is recorded meanwhile.
import type { Recorder, RecorderOptions } from '../../../src/core/instrument/runtime/recorder-port.ts';
import type { Program } from './generate.ts';
import { makeWorld } from './foreign.ts';
import type { World } from './foreign.ts';
import { load } from './own.ts';
import type { Own, Recorded } from './own.ts';
import type { Mode } from './schedule.ts';

export interface Played {
  /** What foreign code saw, in order; the last lines are own state and unhandled rejections. */
  readonly trace: readonly string[];
  readonly answers: number;
  readonly recorded: Recorded | undefined;
}

export interface PlayOptions {
  readonly mode: Mode;
  readonly makeRecorder?: (options: RecorderOptions) => Recorder;
  readonly planted?: { readonly answer: number; readonly value: number };
}

const turnsOfQuiet = 4;
const mostTurns = 4000;

export async function play({ source, steps, seed }: Program, options: PlayOptions): Promise<Played> {
  const { mode, makeRecorder, planted } = options;
  let own: Own | undefined;
  const world: World = makeWorld(
    seed,
    mode,
    (index, args) => own?.call(index, args),
    (copy) => own?.original(copy) ?? copy,
    planted,
  );
  const saved = new Map<string, unknown>();
  const put = (object: object, name: string, value: unknown): void =>
    void Reflect.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  const global = globalThis as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(world.globals)) {
    saved.set(name, global[name]);
    put(global, name, value);
  }
  const { random } = Math;
  const { now } = Date;
  if (mode !== 'wild') {
    let rolls = 0;
    put(Math, 'random', () => (++rolls % 7) / 7);
    put(Date, 'now', () => 1_700_000_000_000 + world.made.answers);
  }
  // Those of a test runner would take what the program leaves for a failure of the test.
  const unhandled = ['unhandledRejection', 'uncaughtException'] as const;
  const listeners = unhandled.map((event) => process.listeners(event as 'unhandledRejection'));
  for (const event of unhandled) {
    process.removeAllListeners(event);
    process.on(event, (reason: unknown) => world.note(event, reason));
  }
  try {
    own = load(source, world.exports);
    const recorded = makeRecorder && own.record(makeRecorder);
    await drive(own, steps, world, mode);
    recorded?.stop();
    world.end();
    for (const [name, value] of Object.entries(own.variables)) world.note(`state ${name}`, value);
    return { trace: world.trace, answers: world.made.answers, recorded };
  } finally {
    for (const [name, value] of saved) put(global, name, value);
    put(Math, 'random', random);
    put(Date, 'now', now);
    unhandled.forEach((event, at) => {
      process.removeAllListeners(event);
      for (const listener of listeners[at]!) process.on(event as 'unhandledRejection', listener);
    });
  }
}

async function drive(own: Own, steps: Program['steps'], world: World, mode: Mode): Promise<void> {
  const { schedule, note, emitter } = world;
  const quiet = async (most = mostTurns): Promise<void> => {
    let still = 0;
    for (let turns = 0; still < turnsOfQuiet && turns < most; turns++) {
      await schedule.turn();
      still = schedule.isIdle() ? still + 1 : 0;
    }
  };
  for (const [at, step] of steps.entries()) {
    // Where the order is to be the same, one call has ended before the next begins.
    if (mode === 'ordered') await quiet();
    else for (let turns = step.wait; turns > 0; turns--) await schedule.turn();
    own.refill();
    const args = step.args.map((spec) => world.arguments(spec));
    try {
      const value = step.kind === 'emit' ? emitter.emit('x', ...args) : own.call(step.fn, args);
      note(`step ${at}`, value);
      if (value instanceof Promise) world.watch(`step ${at}`, value);
    } catch (error) {
      note(`step ${at} threw`, error);
    }
  }
  await quiet();
}
