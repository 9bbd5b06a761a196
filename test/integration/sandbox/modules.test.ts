import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { CellGrants } from '../../../src/core/sandbox/ports.ts';
import { pureBuiltins } from '../../../src/core/sandbox/builtin-kinds.ts';
import { bench } from './harness.ts';
import type { Bench } from './harness.ts';

const none: CellGrants = { fs: false, net: false, run: false, env: false, packages: [] };
const files: Record<string, string> = {
  'package.json': '{ "name": "here" }',
  'local.ts':
    'import { helper } from "./helper.js";\nexport let count: number = 0;\nexport function inc(): void { count += helper(1) }\nexport const where = import.meta.filename;\nexport const lazy = () => import("./late.ts");',
  'helper.ts': 'export const helper = (n: number): number => n;',
  'late.ts': 'export default "late";',
  'throws.ts': 'interface A { x: 1 }\nexport function boom(v: unknown): void {\n  (v as any).a.b;\n}',
  'old.cjs':
    'const { sep } = require("path"); exports.sep = sep; exports.self = __filename; exports.data = require("./data.json"); exports.esm = require("esm-only").value',
  'data.json': '{ "n": 7 }',
  'waits.mjs': 'export const value = await new Promise((done) => setTimeout(done, 5, "waited"));',
  'node_modules/esm-only/package.json': '{ "name": "esm-only", "type": "module", "exports": "./index.js" }',
  'node_modules/esm-only/index.js':
    'import { inner } from "./inner.js"; export const value = inner; export default class Main {}; export { inner as renamed }; export * from "./more.js";',
  'node_modules/esm-only/inner.js': 'export const inner = "inner";',
  'node_modules/esm-only/more.js': 'export const more = 1;',
  'node_modules/impure/package.json': '{ "name": "impure", "main": "./main.js" }',
  'node_modules/impure/main.js': 'const sub = require("impure-sub"); exports.cwd = () => sub.cwd()',
  'node_modules/impure-sub/package.json': '{ "name": "impure-sub", "main": "./main.js" }',
  'node_modules/impure-sub/main.js': 'const fs = require("fs"); exports.cwd = () => fs.realpathSync(".")',
};

let folder: string;
let cells: Bench;
let server: Server;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devsandbox-modules-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const repository = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  for (const name of [
    'ws',
    'qs',
    'side-channel',
    'object-inspect',
    'es-errors',
    'side-channel-list',
    'side-channel-map',
    'side-channel-weakmap',
    'call-bound',
    'get-intrinsic',
    'uuid',
    'valibot',
  ]) {
    await symlink(join(repository, name), join(folder, 'node_modules', name));
  }
  server = createServer((request, response) => {
    if (request.url === '/away') return void response.writeHead(302, { location: 'http://192.0.2.1/' }).end();
    let body = '';
    request
      .on('data', (chunk) => (body += String(chunk)))
      .on('end', () => response.setHeader('x-method', request.method!).end(JSON.stringify({ url: request.url, body })));
  });
  new WebSocketServer({ server }).on('connection', (socket) =>
    socket.on('message', (data) => socket.send(`echo ${String(data)}`)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  cells = await bench({
    cwd: folder,
    front: { request: (method) => Promise.resolve(method === 'app.ports' ? [port] : null) },
  });
});
afterAll(async () => {
  await cells[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const refused = async (code: string): Promise<string> => (await cells.run(code)).error?.message ?? 'it ran';

test("files of one's own: TypeScript, live bindings, import() and import.meta", async () => {
  expect(
    await cells.value(
      'import { count, inc, where, lazy } from "./local"; inc(); inc(); [count, (await lazy()).default]',
    ),
  ).toEqual([2, 'late']);
  expect(await cells.value('where')).toBe(join(folder, 'local.ts'));
  expect(await cells.value('(await import("./waits.mjs")).value')).toBe('waited');
});

test('CommonJS and JSON, an ES module that CommonJS requires', async () => {
  expect(await cells.value('import old, { sep, data, esm } from "./old.cjs"; [sep, data.n, old.self, esm]')).toEqual([
    '/',
    7,
    join(folder, 'old.cjs'),
    'inner',
  ]);
  expect(await cells.value('import json from "./data.json"; json.n')).toBe(7);
  expect(
    await cells.value('import Main, * as all from "esm-only"; [Main.name, Object.keys(all).sort().join()]'),
  ).toEqual(['Main', 'default,more,renamed,value']);
});

test('pure packages from npm run in the isolate', async () => {
  expect(await cells.value('import qs from "qs"; qs.stringify({ a: [1, 2] }, { encode: false })')).toBe(
    'a[0]=1&a[1]=2',
  );
  expect(await cells.value('import { v7, validate } from "uuid"; validate(v7())')).toBe(true);
  expect(await cells.value('import * as v from "valibot"; v.parse(v.object({ a: v.number() }), { a: 1 })')).toEqual({
    a: 1,
  });
});

test('every builtin that needs no machine loads', async () => {
  for (const name of pureBuiltins)
    expect(await cells.value(`typeof (await import("node:${name}")).default`), name).toMatch(/object|function/);
  expect(
    await cells.value(
      'import { join } from "node:path"; import { EventEmitter } from "events"; import util from "util"; import assert from "assert"; const e = new EventEmitter(); let heard = 0; e.on("x", (n) => heard += n); e.emit("x", 2); assert.equal(heard, 2); [join("a", "..", "b"), heard, util.inspect({ a: 1 })]',
    ),
  ).toEqual(['b', 2, '{ a: 1 }']);
});

test("errors in a file of one's own show its place", async () => {
  const { error, number } = await cells.run('import { boom } from "./throws";\nboom({})');
  expect(error?.frames).toEqual([
    { file: join(folder, 'throws.ts'), line: 3, column: 16, name: 'boom' },
    { file: `cell ${number}`, line: 2, column: 1 },
  ]);
  expect(error?.codeFrame).toContain('> 3 |   (v as any).a.b;');
});

test('what is missing is said with what to do', async () => {
  expect(await refused('import x from "not-installed"')).toMatch(
    /^DS2011 cannot find not-installed, imported from the cell; .*npm install not-installed/,
  );
  expect(await refused('import "./nowhere"')).toMatch(/^DS2011 cannot find \.\/nowhere/);
  expect(await refused('import { nope } from "qs"; nope')).toMatch(
    /^DS2015 qs has no export named nope; import one of: .*stringify/,
  );
});

test('the machine is refused by the exact line that would allow it', async () => {
  await cells.runner.setGrants(none);
  expect(await refused('import fs from "node:fs"')).toContain('run %allow fs and');
  expect(await refused('import "fs/promises"')).toContain('run %allow fs and');
  expect(await refused('import "node:net"')).toContain('run %allow net and');
  expect(await refused('import "child_process"')).toContain('run %allow run and');
  expect(await refused('import "node:os"')).toContain('run %allow env and');
  expect(await refused('import "node:sqlite"')).toContain('run %allow pkg:node:sqlite and');
  expect(await refused('import "impure"')).toMatch(/^DS2013 impure needs fs.*%allow pkg:impure and/);
  expect(await refused('1;\nawait import("node:fs")')).toContain('DS2012');
  expect((await cells.run('1;\nimport "node:fs"')).error?.frames[0]).toMatchObject({ line: 2, column: 1 });
});

test('fs after its grant: sync, promises, callbacks, streams', async () => {
  await cells.runner.setGrants({ ...none, fs: true });
  expect(
    await cells.value(
      'import fs, { readFileSync } from "node:fs"; import { readFile } from "node:fs/promises"; [readFileSync("data.json", "utf8"), String(await readFile("data.json")), fs.existsSync("nope")]',
    ),
  ).toEqual(['{ "n": 7 }', '{ "n": 7 }', false]);
  expect(
    await cells.value('await new Promise((done) => fs.readFile("data.json", "utf8", (error, text) => done(text)))'),
  ).toBe('{ "n": 7 }');
  expect(
    await cells.value(
      'let streamed = ""; for await (const chunk of fs.createReadStream("data.json")) streamed += chunk; streamed',
    ),
  ).toBe('{ "n": 7 }');
  expect(
    await cells.value('const stat = fs.statSync("data.json"); [stat.isFile(), stat.size, stat.mtime instanceof Date]'),
  ).toEqual([true, 10, true]);
  const { error } = await cells.run('1;\nfs.readFileSync("nope")');
  expect(error).toMatchObject({
    message: expect.stringContaining('ENOENT') as string,
    frames: [{ line: 2, column: 4 }],
  });
  expect(await cells.value('try { fs.readFileSync("nope") } catch (error) { var caught = error.code } caught')).toBe(
    'ENOENT',
  );
});

test('a grant that is taken back closes its handles', async () => {
  await cells.runner.setGrants({ ...none, fs: true });
  await cells.run('import kept from "node:fs"');
  await cells.runner.setGrants(none);
  expect(await refused('kept.readFileSync("data.json")')).toContain('DS2022');
  expect(await refused('import again from "node:fs"')).toContain('DS2012');
});

test('child processes after their grant', async () => {
  await cells.runner.setGrants({ ...none, run: true });
  expect(
    await cells.value(
      'import { execFileSync, spawn } from "node:child_process"; execFileSync("echo", ["hi"], { encoding: "utf8" })',
    ),
  ).toBe('hi\n');
  expect(
    await cells.value(
      'const child = spawn("echo", ["spawned"]); let said = ""; child.stdout.on("data", (data) => said += data.toString()); const code = await new Promise((done) => child.on("close", done)); [said, code, child.pid > 0]',
    ),
  ).toEqual(['spawned\n', 0, true]);
});

test('drivers after their grant: instances, rows, sockets with events', async () => {
  await cells.runner.setGrants({ ...none, packages: ['node:sqlite', 'ws', 'impure'] });
  expect(
    await cells.value(
      'import { DatabaseSync } from "node:sqlite"; const db = new DatabaseSync(":memory:"); db.exec("create table t(a, b)"); db.prepare("insert into t values (?, ?)").run(1, "x"); [db.prepare("select * from t").all(), db instanceof DatabaseSync]',
    ),
  ).toEqual([[{ a: 1, b: 'x' }], true]);
  expect(
    await cells.value(
      `import { WebSocket } from "ws"; const socket = new WebSocket("ws://127.0.0.1:${port}"); const heard = new Promise((done) => socket.on("message", (data) => done(String(data)))); await new Promise((done) => socket.on("open", done)); socket.send("hello"); const answer = await heard; const state = socket.readyState; socket.close(); [answer, state]`,
    ),
  ).toEqual(['echo hello', 1]);
  expect(await cells.value('import { cwd } from "impure"; typeof cwd()')).toBe('string');
});

test('fetch goes to the target, elsewhere only after a grant', async () => {
  await cells.runner.setGrants(none);
  expect(
    await cells.value(
      `const response = await fetch("http://127.0.0.1:${port}/x", { method: "POST", body: "b" }); [response.status, response.ok, response.headers.get("X-Method"), await response.json()]`,
    ),
  ).toEqual([200, true, 'POST', { url: '/x', body: 'b' }]);
  expect(await refused('await fetch("http://127.0.0.1:1/")')).toMatch(/^DS2016 .*%allow net/);
  expect(await refused('await fetch("http://example.com/")')).toMatch(/^DS2016 /);
  expect(await refused(`await fetch("http://127.0.0.1:${port}/away")`)).toMatch(
    /^DS2016 fetch of http:\/\/192\.0\.2\.1/,
  );
  await cells.runner.setGrants({ ...none, net: true });
  expect(await refused('await fetch("http://127.0.0.1:1/")')).toMatch(/^DS2017 /);
});

test('the environment is empty until it is allowed', async () => {
  expect(await cells.value('Object.keys(process.env).length')).toBe(0);
  await cells.runner.setGrants({ ...none, env: true });
  expect(await cells.value('process.env.PATH')).toBe(process.env['PATH']);
});

test('a module that fails is an error of the cell, and can be corrected', async () => {
  const file = join(folder, 'broken.ts');
  await writeFile(file, 'const x: number = 1;\nthrow new Error("at the top");');
  expect((await cells.run('import { fine } from "./broken"')).error).toMatchObject({ message: 'at the top' });
  await writeFile(file, 'await null;\nthrow new Error("after an await");');
  expect((await cells.run('import { fine } from "./broken"')).error).toMatchObject({ message: 'after an await' });
  await writeFile(file, 'export const fine = (;');
  expect((await cells.run('import { fine } from "./broken"')).error).toMatchObject({ code: 'DS2010' });
  await writeFile(file, 'export const fine: string = "fine";');
  expect(await cells.value('import { fine } from "./broken"; fine')).toBe('fine');
});

test('a module that never ends can be interrupted', async () => {
  await writeFile(join(folder, 'endless.ts'), 'console.log("go"); while (true) {}');
  expect((await cells.interrupted('import "./endless"', 'go')).status).toBe('interrupted');
  await writeFile(join(folder, 'forever.ts'), 'console.log("go"); await new Promise(() => {});');
  expect((await cells.interrupted('import "./forever"', 'go')).status).toBe('interrupted');
  expect(await cells.value('import { inner } from "./node_modules/esm-only/inner.js"; inner')).toBe('inner');
});

test('a granted package that blocks does not keep the cell from being interrupted', async () => {
  await using other = await bench({ cwd: folder });
  await other.runner.setGrants({ ...none, run: true });
  const cell = await other.interrupted(
    'import { execFileSync } from "node:child_process"; console.log("go"); execFileSync("sleep", ["5"])',
    'go',
  );
  expect(cell.status).toBe('interrupted');
  expect(await other.value('1 + 1')).toBe(2);
});
