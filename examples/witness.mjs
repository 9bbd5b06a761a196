// Looks at a process from inside, without a debugger: preloaded with --import, it answers SIGUSR2 with one line on
// stderr, `witness {…}`. What it lists before attaching and after detaching must be the same.
import { EventEmitter, getEventListeners } from 'node:events';
import http from 'node:http';
import inspector from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

const prototypes = {
  'Server.prototype': http.Server.prototype,
  'EventEmitter.prototype': EventEmitter.prototype,
  'Promise.prototype': Promise.prototype,
  'Map.prototype': Map.prototype,
  'Array.prototype': Array.prototype,
  globalThis,
  process,
};
const first = new Map();
for (const [name, object] of Object.entries(prototypes)) first.set(name, Object.getOwnPropertyDescriptors(object));

/** Functions that are not the ones that were there when the process began. */
function replaced() {
  const found = [];
  for (const [name, object] of Object.entries(prototypes)) {
    const before = first.get(name);
    const now = Object.getOwnPropertyDescriptors(object);
    for (const key of Reflect.ownKeys(before)) {
      if (typeof before[key].value === 'function' && before[key].value !== now[key]?.value)
        found.push(`${name}.${String(key)}`);
    }
  }
  return found;
}

function look() {
  const listeners = {};
  for (const name of process.eventNames()) listeners[String(name)] = getEventListeners(process, name).length;
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const seen = {
    globals: Reflect.ownKeys(globalThis).map(String).sort(),
    listeners,
    replaced: replaced(),
    resources,
    inspector: inspector.url() ?? null,
    longestStopMs: delay.max / 1e6,
    cpuMs: process.cpuUsage().user / 1e3 + process.cpuUsage().system / 1e3,
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
  };
  delay.reset();
  process.stderr.write(`witness ${JSON.stringify(seen)}\n`);
}

process.on('SIGUSR2', look);
