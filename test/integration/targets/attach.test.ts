// Finding and attaching in every situation that a process can be in: each works or is a coded error that says what to do.
import { createServer, type AddressInfo, type Server } from 'node:net';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ms } from '../../../src/core/common/units.ts';
import { attach, listTargets } from '../../../src/core/targets/index.ts';
import { findInspector, inspectorAt } from '../../../src/core/targets/node/inspector-port.ts';
import { nodeBinary, nodeMajors } from '../../support/nodes.ts';
import { eventually, load, startTarget, targetApp, type TargetProcess } from '../../support/target-process.ts';

const majors = nodeMajors.filter((each) => existsSync(nodeBinary(each)));
const isRoot = process.getuid?.() === 0;
const idle = "console.log('listening 0'); setInterval(() => {}, 1000);";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});
const start = async (options: Parameters<typeof startTarget>[0] = {}): Promise<TargetProcess> => {
  const app = await startTarget(options);
  cleanUps.push(() => app[Symbol.asyncDispose]());
  return app;
};
const attached = async (selector: string) => {
  const target = await attach(selector);
  cleanUps.push(() => target.detach());
  return target;
};
const candidate = async (pid: number) => (await listTargets()).find((each) => each.pid === pid);

describe('selectors', () => {
  it('takes a pid, the port of the app, a name, a script path and the address of an inspector', async () => {
    const app = await start();
    for (const selector of [String(app.pid), `:${app.port}`, 'target-app', `${targetApp}main.js`]) {
      const target = await attach(selector);
      expect(target.info).toMatchObject({
        pid: app.pid,
        name: 'target-app',
        ports: [app.port],
        mainScript: `${targetApp}main.js`,
      });
      await target.detach();
    }
    const open = await start({ options: ['--inspect=127.0.0.1:0'], code: idle });
    const url = /ws:\/\/(\S+?)\/\S+/.exec(open.output())!;
    for (const selector of [url[0], url[1]!]) {
      const target = await attach(selector);
      expect(target.info.pid).toBe(open.pid);
      await target.detach();
    }
    // It was open before us, so it stays open.
    expect(await inspectorAt('127.0.0.1', Number(url[1]!.split(':')[1]))).toBeDefined();
  });

  it('says so when nothing, several, or no Node process matches', async () => {
    await expect(attach('no-such-app-anywhere')).rejects.toMatchObject({ code: 'DS1001' });
    await expect(attach('999999999')).rejects.toMatchObject({ code: 'DS1001' });
    await expect(attach('1')).rejects.toMatchObject({ code: 'DS1005' });
    await expect(attach('127.0.0.1:1')).rejects.toMatchObject({ code: 'DS1012' });
    const [first, second] = [await start(), await start()];
    await expect(attach('target-app')).rejects.toMatchObject({
      code: 'DS1004',
      what: expect.stringContaining(String(first.pid)),
    });
    await expect(attach('target-app')).rejects.toMatchObject({ what: expect.stringContaining(String(second.pid)) });
  });
});

describe.each(majors)('Node %i', (major) => {
  it('lists the process with its version and ports', async () => {
    const app = await start({ major });
    expect(await candidate(app.pid)).toMatchObject({
      name: 'target-app',
      runtimeVersion: expect.stringMatching(new RegExp(`^${major}\\.`)),
      ports: [app.port],
      attachable: true,
    });
  });

  it('attaches to two processes at once: the inspector is moved off the port that both would use', async () => {
    const apps = [await start({ major }), await start({ major })];
    const targets = [await attached(String(apps[0]!.pid)), await attached(String(apps[1]!.pid))];
    for (const target of targets)
      expect(await target.read({ module: 'shop.js', variable: 'rate' })).toEqual({ kind: 'number', value: 2 });
  });

  it('does not run the handler of an app that handles SIGUSR1 itself', async () => {
    const app = await start({ major, code: `process.on('SIGUSR1', () => console.log('handled')); ${idle}` });
    await expect(attach(String(app.pid))).rejects.toMatchObject({ code: 'DS1008' });
    expect(await candidate(app.pid)).toMatchObject({ attachable: false, reason: expect.stringContaining('SIGUSR1') });
    expect(app.output()).not.toContain('handled');
  });

  it('attaches to a process in an infinite loop', async () => {
    const app = await start({
      major,
      code: "console.log('listening 0'); globalThis.rounds = 0; setTimeout(() => { for (;;) rounds++; }, 20);",
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const target = await attached(String(app.pid));
    expect(await target.evaluate('rounds > 0', ms(5000))).toEqual({ kind: 'boolean', value: true });
    await expect(target.evaluate('null.x', ms(5000))).rejects.toMatchObject({ code: 'DS1029' });
    await target.detach();
    await eventually(async () => expect(await inspectorAt('127.0.0.1', 9229)).toBeUndefined());
  });

  it('shares an open inspector with another client and leaves it open', async () => {
    const app = await start({ major, options: ['--inspect=127.0.0.1:0'] });
    const url = /ws:\/\/\S+/.exec(app.output())![0];
    const other = new WebSocket(url);
    cleanUps.push(() => other.terminate());
    await new Promise((resolve) => other.once('open', resolve));
    const target = await attach(String(app.pid));
    expect(await target.read({ module: 'shop.js', variable: 'rate' })).toEqual({ kind: 'number', value: 2 });
    await target.detach();
    const answered = new Promise((resolve) => other.once('message', (data) => resolve(JSON.parse(String(data)))));
    other.send('{"id":1,"method":"Runtime.evaluate","params":{"expression":"1+1"}}');
    expect(await answered).toMatchObject({ id: 1, result: { result: { value: 2 } } });
  });

  it('keeps a second devsandbox out, and lets it in after the first has left', async () => {
    const app = await start({ major });
    const first = await attached(String(app.pid));
    await expect(attach(String(app.pid))).rejects.toMatchObject({ code: 'DS1011' });
    expect(await first.read({ module: 'shop.js', variable: 'rate' })).toEqual({ kind: 'number', value: 2 });
    await first.detach();
    const second = await attached(String(app.pid));
    expect(await second.read({ module: 'shop.js', variable: 'rate' })).toEqual({ kind: 'number', value: 2 });
  });

  it('says when the target exits while attached, and fails what is pending', async () => {
    const app = await start({ major });
    const target = await attached(String(app.pid));
    const ended = new Promise((resolve) => void target.exited(resolve));
    const pending = target.evaluate('await new Promise((settle) => setTimeout(settle, 60_000))', ms(60_000));
    app.child.kill('SIGKILL');
    await expect(pending).rejects.toMatchObject({ code: 'DS1002' });
    await ended;
    await target.detach();
  });

  it.each([
    ['process.exit(3)', 3],
    ["throw new Error('on purpose')", 1],
    ['clearInterval(idle)', 0],
    ["process.kill(process.pid, 'SIGTERM')", 'SIGTERM'],
  ])('does not hold up an app that ends: %s', async (end, status) => {
    const app = await start({
      major,
      code: `globalThis.idle = setInterval(() => {}, 100); globalThis.end = () => setTimeout(() => { ${end} }, 500); console.log('listening 0');`,
    });
    const target = await attached(String(app.pid));
    const told = new Promise((resolve) => void target.exited(resolve));
    await target.evaluate('end(), 1', ms(5000));
    expect(await app.exited).toBe(status);
    await told;
    await expect(target.evaluate('1', ms(5000))).rejects.toMatchObject({ code: 'DS1002' });
  });

  it('walks by errors without writing their stacks, which runs code of the app', async () => {
    const code = `globalThis.written = 0;
      Error.prepareStackTrace = () => 'written ' + ++written;
      exports.failed = { last: new Error('first'), at: [new TypeError('second')] };
      exports.look = () => 1;
      ${idle}`;
    const folder = mkdtempSync(join(tmpdir(), 'devsandbox-errors-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'errors.cjs'), code);
    const app = await start({ major, script: 'errors.cjs', cwd: folder });
    const target = await attached(String(app.pid));
    const [module] = (await target.modules()).filter((each) => each.own);
    await target.replaceFunction({ module: module!.id, exported: 'look' }, 'function look() { return 2; }');
    expect(await target.evaluate('written', ms(5000))).toEqual({ kind: 'number', value: 0 });
  });

  it('leaves nothing behind and fails no request when it detaches under load', async () => {
    const app = await start({ major });
    await app.get();
    const before = await app.get('/traces');
    const traffic = load(app);
    for (let round = 0; round < 3; round++) {
      const target = await attach(String(app.pid));
      await target.moduleMembers('shop.js');
      await target.write({ module: 'shop.js', variable: 'visits' }, 'old');
      await target.write({ module: 'shop.js', variable: 'rate' }, 'old');
      await target.detach();
    }
    const { requests, failed } = await traffic.stop();
    expect(failed).toEqual([]);
    expect(requests).toBeGreaterThan(10);
    await eventually(async () => expect(await app.get('/traces')).toEqual(before));
    expect(await inspectorAt('127.0.0.1', 9229)).toBeUndefined();
  });

  it('attaches to a worker thread that is chosen, and names those that exist', async () => {
    const worker = "const inside = 42; setInterval(() => inside, 1000); globalThis.mark = 'worker';";
    const app = await start({
      major,
      code: `new (require('node:worker_threads').Worker)(${JSON.stringify(worker)}, { eval: true }).on('online', () => console.log('listening 0')); globalThis.mark = 'main';`,
    });
    await expect(attach(`${app.pid}/worker:77`)).rejects.toMatchObject({ code: 'DS1013' });
    const target = await attached(`${app.pid}/worker:1`);
    expect(target.info.thread).toMatchObject({ id: 1 });
    expect(await target.evaluate('mark', ms(5000))).toEqual({ kind: 'string', value: 'worker' });
  });
});

describe.each(majors.filter((each) => each > 20))('Node %i that does not open its inspector', (major) => {
  it.each(['--permission', '--disable-sigusr1'])('is left alone with %s', async (option) => {
    const app = await start({ major, options: [option], code: idle });
    await expect(attach(String(app.pid))).rejects.toMatchObject({ code: 'DS1007' });
    expect(await candidate(app.pid)).toMatchObject({ attachable: false, reason: expect.stringContaining('SIGUSR1') });
    expect(app.child.exitCode).toBeNull();
  });
});

describe('what is in the way', () => {
  it('comes again when the inspector is closed while it comes in by it', async () => {
    const code = `const { getBuiltinModule } = process;
      process.getBuiltinModule = (name) => {
        process.getBuiltinModule = getBuiltinModule;
        require('inspector').close();
        return getBuiltinModule(name);
      };
      ${idle}`;
    const app = await start({ code });
    const target = await attached(String(app.pid));
    expect(await target.evaluate('1 + 1', ms(5000))).toEqual({ kind: 'number', value: 2 });
    await target.detach();
    expect(await findInspector(app.pid)).toBeUndefined();
  });

  it('closes the inspector that it opened where the agent cannot start', async () => {
    const app = await start({ code: `Object.preventExtensions(process); ${idle}`, options: ['--inspect-port=0'] });
    await expect(attach(String(app.pid))).rejects.toMatchObject({ code: 'DS1030' });
    await eventually(async () => expect(await findInspector(app.pid)).toBeUndefined());
  });

  it('names who holds the port that the inspector needs', async () => {
    const holder: Server = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => holder.close());
    const { port } = holder.address() as AddressInfo;
    const app = await start({ options: [`--inspect-port=${port}`], code: idle });
    await expect(attach(String(app.pid))).rejects.toMatchObject({
      code: 'DS1009',
      what: expect.stringContaining(String(process.pid)),
    });
  });

  it.runIf(isRoot)('attaches as root to the process of another user', async () => {
    const app = await start({ uid: 65_534, code: idle, cwd: '/' }).catch(() => undefined);
    // The binary may lie where that user cannot go.
    if (!app) return;
    const target = await attached(String(app.pid));
    expect(target.info.pid).toBe(app.pid);
  });

  it('lists the workers of a cluster with their primary', async () => {
    const app = await start({
      code: "const c = require('node:cluster'); c.setupPrimary({ exec: 'main.js', execArgv: [] }); c.fork();",
    });
    await eventually(async () => {
      const workers = (await listTargets()).filter((each) => each.clusterPrimary === app.pid);
      expect(workers).toHaveLength(1);
    });
  });
});
