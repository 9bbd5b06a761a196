// What every target does, whatever is behind it: run against the fake one and against real processes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveMember, LiveValue } from '../../../src/core/targets/live-value.ts';
import { ms } from '../../../src/core/common/units.ts';
import type { Target } from '../../../src/core/targets/target.ts';

export interface ContractSubject {
  readonly target: Target;
  /** Id of the module with the variables of test/apps/target/shop.js. */
  readonly module: string;
  /** Ends the process. */
  readonly end: () => void;
  readonly dispose: () => Promise<void>;
}

const stepsOf = (members: readonly LiveMember[]): readonly string[] => members.map((each) => each.step);
const member = (members: readonly LiveMember[], step: string): LiveMember => {
  const found = members.find((each) => each.step === step);
  if (!found) throw new Error(`no ${step} among ${stepsOf(members).join(', ')}`);
  return found;
};
const handleOf = (value: LiveValue | LiveMember['value']) => {
  if (!('handle' in value)) throw new Error(`${value.kind} has no handle`);
  return value.handle;
};

export function targetContract(name: string, start: () => Promise<ContractSubject>): void {
  describe(`contract of a target: ${name}`, () => {
    let subject: ContractSubject;
    const target = (): Target => subject.target;
    const variable = (text: string) => ({ module: subject.module, variable: text });
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(async () => {
      await subject.dispose();
    });

    it('lists its modules', async () => {
      const modules = await target().modules();
      expect(modules.find((each) => each.id === subject.module)).toMatchObject({ own: true });
    });

    it('lists variables, exported or not, each once', async () => {
      const steps = stepsOf(await target().moduleMembers(subject.module));
      expect(steps).toEqual(
        expect.arrayContaining(['visits', 'rate', 'stock', 'account', 'guarded', 'discount', 'total']),
      );
      expect(new Set(steps).size).toBe(steps.length);
    });

    it('reads values without running code of the target', async () => {
      expect(await target().read(variable('rate'))).toEqual({ kind: 'number', value: 2 });
      const account = await target().read(variable('account'));
      const members = await target().members(handleOf(account));
      expect(member(members, 'secretly').value).toEqual({ kind: 'accessor', getter: true, setter: false });
      await expect(target().read({ handle: handleOf(account), step: 'secretly' })).rejects.toMatchObject({
        code: 'DS1022',
      });
      const guarded = await target().read(variable('guarded'));
      expect(guarded).toMatchObject({ subtype: 'proxy' });
      expect(await target().members(handleOf(guarded))).toEqual([]);
      await expect(target().read({ handle: handleOf(guarded), step: 'anything' })).rejects.toMatchObject({
        code: 'DS1023',
      });
      expect(await target().evaluate('globalThis.getterRan ?? globalThis.trapRan', ms(5000))).toEqual({
        kind: 'undefined',
      });
    });

    it('keeps secrets', async () => {
      const account = await target().read(variable('account'));
      expect(account).toMatchObject({ preview: expect.not.stringContaining('tok-123456') });
      expect(await target().read({ handle: handleOf(account), step: 'token' })).toEqual({
        kind: 'redacted',
        name: 'token',
      });
      expect(JSON.stringify(await target().members(handleOf(account)))).not.toContain('tok-123456');
    });

    it('reaches entries of a Map', async () => {
      const stock = await target().read(variable('stock'));
      expect(stock).toMatchObject({ subtype: 'map', size: 2 });
      expect(stepsOf(await target().members(handleOf(stock))).slice(0, 2)).toEqual(['.get("a")', '.get("b")']);
      const entry = await target().read({ handle: handleOf(stock), step: '.get("a")' });
      expect(await target().read({ handle: handleOf(entry), step: 'price' })).toEqual({ kind: 'number', value: 5 });
      await expect(target().read({ handle: handleOf(stock), step: '.get("z")' })).rejects.toMatchObject({
        code: 'DS1021',
      });
    });

    it('gives the same handle for the same object, and none after its release', async () => {
      const first = handleOf(await target().read(variable('stock')));
      const second = handleOf(await target().read(variable('stock')));
      expect(second).toBe(first);
      const fresh = handleOf(await target().evaluate('({ fresh: true })', ms(5000)));
      await target().release([fresh]);
      await expect(target().members(fresh)).rejects.toMatchObject({ code: 'DS1024' });
    });

    it('writes a variable, compares before it does, and says how', async () => {
      const written = await target().write(variable('visits'), 'old + 100');
      expect(written).toMatchObject({ before: { kind: 'number' }, after: { kind: 'number' } });
      const now = await target().read(variable('visits'));
      expect(now).toEqual(written.after);
      await expect(target().write(variable('visits'), '1', 'something else')).rejects.toMatchObject({ code: 'DS5003' });
      expect(await target().read(variable('visits'))).toEqual(now);
    });

    it('writes a property and an entry, and puts a held object back', async () => {
      const stock = handleOf(await target().read(variable('stock')));
      const old = handleOf(await target().read({ handle: stock, step: '.get("a")' }));
      await target().write({ handle: old, step: 'price' }, 'old * 2');
      expect(await target().read({ handle: old, step: 'price' })).toEqual({ kind: 'number', value: 10 });
      await target().write({ handle: stock, step: '.get("a")' }, '({ price: 1 })');
      expect(handleOf(await target().read({ handle: stock, step: '.get("a")' }))).not.toBe(old);
      await target().write({ handle: stock, step: '.get("a")' }, 'held', undefined, old);
      expect(handleOf(await target().read({ handle: stock, step: '.get("a")' }))).toBe(old);
    });

    it('refuses an expression that fails, and changes nothing', async () => {
      const before = await target().read(variable('visits'));
      await expect(target().write(variable('visits'), 'noSuchThing.at.all')).rejects.toMatchObject({ code: 'DS1027' });
      expect(await target().read(variable('visits'))).toEqual(before);
    });

    it('names what does not exist', async () => {
      await expect(target().moduleMembers('no/such.js')).rejects.toMatchObject({ code: 'DS1020' });
      await expect(target().read(variable('noSuchVariable'))).rejects.toMatchObject({ code: 'DS1021' });
    });

    it('evaluates and calls', async () => {
      expect(
        await target()
          .evaluate('await Promise.resolve(20) + 1', ms(5000))
          .catch((error: unknown) => error),
      ).toBeDefined();
      expect(await target().evaluate('20 + 1', ms(5000))).toEqual({ kind: 'number', value: 21 });
      await expect(target().evaluate('(() => { throw new RangeError("no") })()', ms(5000))).rejects.toMatchObject({
        code: 'DS1029',
        what: expect.stringContaining('no'),
      });
      const total = handleOf(await target().read(variable('total')));
      expect(await target().call(total, undefined, ['21'])).toMatchObject({ kind: 'number' });
    });

    it('fails what is asked after its end with DS1002, once it said that it ended', async () => {
      const ended = new Promise((resolve) => void target().exited(resolve));
      subject.end();
      await ended;
      expect(target().alive).toBe(false);
      await expect(target().modules()).rejects.toMatchObject({ code: 'DS1002' });
      await target().detach();
      await target().detach();
    });
  });

  describe(`detaching: ${name}`, () => {
    it('is safe twice and ends everything with DS1003', async () => {
      const { target, module, dispose } = await start();
      try {
        await target.moduleMembers(module);
        await target.detach();
        await target.detach();
        expect(target.alive).toBe(false);
        await expect(target.modules()).rejects.toMatchObject({ code: 'DS1003' });
        await expect(target.read({ module, variable: 'rate' })).rejects.toMatchObject({ code: 'DS1003' });
      } finally {
        await dispose();
      }
    });
  });
}
