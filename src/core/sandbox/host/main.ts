// The sandbox host: a process of its own whose only visitors are cells. Its main thread never runs a cell's code, so it
// can always hear an interrupt; it ends itself at once when the front goes away.
import { CellIsolate } from './cell-isolate.ts';
import { Front } from './front.ts';
import { thrownData } from '../wire.ts';
import type { ToHost } from '../protocol.ts';

const front = new Front((message) => new Promise((resolve) => process.send?.(message, () => resolve())));
let isolate: CellIsolate | undefined;

// Leaving politely can hang on a thread that a cell keeps busy.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C in a terminal goes to the whole group; it is the front's to hear.
process.on('SIGINT', () => undefined);
// A granted package may fail at any time; what it breaks is said where the cell can see it.
process.on('uncaughtException', (error) => isolate?.uncaught(error));
process.on('unhandledRejection', (error) => isolate?.uncaught(error));

process.on('message', (message: ToHost) => {
  void handle(message).catch((error: unknown) => front.send({ type: 'failed', error: thrownData(error) }));
});

async function handle(message: ToHost): Promise<void> {
  if (message.type === 'start') {
    isolate = await CellIsolate.create({ ...message.settings, bundle: message.bundle, front });
    return front.send({ type: 'ready' });
  }
  if (message.type === 'reply') return front.reply(message.id, message.reply);
  if (!isolate) return;
  switch (message.type) {
    case 'run':
    case 'json':
      return isolate.run(message.type, message.cell, message.name, message.script);
    case 'stop':
      return front.answer(message.ask, () => isolate!.stop(message.cell));
    case 'enter':
      return front.answer(message.ask, () => isolate!.look(message.method, message.parameters));
    case 'grants':
      return front.answer(message.ask, () => isolate!.setGrants(message.grants));
    default:
  }
}
