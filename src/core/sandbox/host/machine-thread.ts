// The thread on which granted modules run; machine.ts says why it is one of its own.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { CellGrants } from '../ports.ts';
import { thrownData } from '../wire.ts';
import type { WireReply } from '../wire.ts';
import { HandleTable } from './handle-table.ts';
import type { FromMachine, ToMachine } from './machine.ts';

const port = parentPort!;
const { signal, grants: first } = workerData as {
  readonly signal: Int32Array;
  readonly grants: CellGrants | undefined;
};
let grants: CellGrants = first ?? { fs: false, net: false, run: false, env: false, packages: [] };
let held = false;
let tickets = 0;

const send = (message: FromMachine): void => port.postMessage(message);

const table = new HandleTable({
  grants: () => grants,
  callBack: (id, receiver, args) => send({ type: 'callback', id, receiver, args }),
  promise: (promise, encoded) => {
    const ticket = `p${(tickets += 1)}`;
    promise.then(
      (value) => send({ type: 'settle', ticket, reply: answer(() => encoded(value)) }),
      (error: unknown) => send({ type: 'settle', ticket, reply: { error: thrownData(error) } }),
    );
    return ticket;
  },
});

function answer(work: () => unknown): WireReply {
  try {
    return { value: work() ?? null };
  } catch (error) {
    return { error: thrownData(error) };
  }
}

function handle(message: ToMachine): void {
  switch (message.type) {
    case 'grants':
      return void (grants = message.grants);
    case 'release':
      return void (held = false);
    case 'call':
      held = message.hold;
      return send({
        type: 'reply',
        id: message.id,
        reply: answer(() => table.answer(message.method, message.parameters)),
      });
    case 'load':
      return void load(message.url, message.grant).then((reply) => send({ type: 'reply', id: message.id, reply }));
  }
}

async function load(url: string, grant: string | undefined): Promise<WireReply> {
  try {
    return { value: table.moduleReference(mainOf((await import(url)) as Record<string, unknown>), grant) };
  } catch (error) {
    return { error: thrownData(error) };
  }
}

/** What `require` would give for builtins and CommonJS; the namespace for ES modules, with its default among it. */
function mainOf(namespace: Record<string, unknown>): unknown {
  const main = namespace['default'];
  const isCommon =
    (typeof main === 'object' || typeof main === 'function') &&
    main !== null &&
    Object.keys(namespace).every((key) => key === 'default' || key === 'module.exports' || key in (main as object));
  return isCommon ? main : namespace;
}

port.on('message', (message: ToMachine) => {
  let seen = Atomics.load(signal, 0);
  handle(message);
  while (held) {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      handle(next.message as ToMachine);
    if (!held) break;
    Atomics.wait(signal, 0, seen);
    seen = Atomics.load(signal, 0);
  }
});

const uncaught = (error: unknown): void => {
  const { name, message } = thrownData(error);
  send({ type: 'uncaught', error: { name, message, stack: '' } });
};
process.on('uncaughtException', uncaught);
process.on('unhandledRejection', uncaught);
