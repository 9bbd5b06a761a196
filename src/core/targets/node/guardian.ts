// Between the signal that opens a target's inspector and the agent that would close it again nothing in the target knows
// of us. If we are killed just then, a small process of ours, which lives for that moment only, closes it.
import { spawn, type ChildProcess } from 'node:child_process';
import type * as Fs from 'node:fs';

/** How long it looks for an inspector that is still about to open. */
const lookFor = 2000;

export class Guardian implements Disposable {
  readonly #child: ChildProcess;

  /**
   * @param port where the inspector of the target is going to listen, as far as its options say: it opens where it was
   * last, should another devsandbox have moved it
   * @param before ports that the target listens at now
   */
  constructor(pid: number, port: number, before: ReadonlySet<number>) {
    // A session of its own: what interrupts us at the terminal must not end it as well.
    this.#child = spawn(
      process.execPath,
      ['-e', `(${guard.toString()})(${pid}, ${port}, ${JSON.stringify([...before])}, ${lookFor})`],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
        env: {},
      },
    );
    this.#child.on('error', () => undefined);
    this.#child.stdin!.on('error', () => undefined);
    this.#child.unref();
    (this.#child.stdin as unknown as { unref(): void }).unref();
  }

  /** The attempt was given up: what was opened is closed, as if we had died. */
  takeOver(): void {
    this.#child.stdin!.end();
  }

  /** The agent is there: nothing is left to guard. */
  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

/** Runs in the process of its own, as text: the end of its input is our death. */
function guard(pid: number, expected: number, before: readonly number[], limit: number): void {
  const { readdirSync, readFileSync, readlinkSync } = require('node:fs') as typeof Fs;
  /** Ports that the target has come to listen at. */
  const ports = (): readonly number[] => {
    const inodes = readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined; // closed meanwhile
      }
    });
    return ['tcp', 'tcp6']
      .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && inodes.includes(fields[9]))
      .map((fields) => Number.parseInt(fields[1]!.split(':')[1]!, 16));
  };
  const candidates = (): readonly number[] => {
    let found: readonly number[] = [];
    try {
      found = ports();
    } catch {
      // Another system, or the target is gone.
    }
    return [expected, ...found].filter(
      (port, at, all) => port > 0 && !before.includes(port) && all.indexOf(port) === at,
    );
  };
  // Another devsandbox may be there by now, found the inspector open and would leave it so: it is told to close it.
  const ours = `process[Symbol.for('devsandbox.lock')]`;
  // Nobody may be connected to an inspector that closes, so it does that a moment later.
  const later = `(inspector => setImmediate(() => setTimeout(() => inspector.close(), 100).unref()))(require('inspector'))`;
  const close = `process.pid === ${pid} && (${ours} ? ${ours}.ownInspector() : ${later}, true)`;
  const params = { expression: close, includeCommandLineAPI: true, silent: true };
  const attempt = async (port: number): Promise<boolean> => {
    const listed = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(listed[0]!.webSocketDebuggerUrl);
    return new Promise((resolve) => {
      let isSent = false;
      let isRefused = false;
      socket.onopen = () => {
        socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
        isSent = true;
      };
      socket.onmessage = ({ data }) => {
        isRefused = !String(data).includes('"value":true');
        socket.close();
      };
      // The answer may be lost with the inspector: to close it once more would close that of whoever comes next.
      socket.onerror = socket.onclose = () => resolve(isSent && !isRefused);
    });
  };
  const end = async (): Promise<void> => {
    const deadline = Date.now() + limit;
    let isDone = false;
    while (Date.now() < deadline && !isDone) {
      for (const port of candidates()) isDone ||= await attempt(port).catch(() => false);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.exit();
  };
  process.stdin.on('end', () => void end()).resume();
}
