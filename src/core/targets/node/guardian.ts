// Between the signal that opens a target's inspector and the agent that would close it again nothing in the target knows
// of us. If we are killed just then, a small process of ours, which lives for that moment only, closes it.
import { spawn, type ChildProcess } from 'node:child_process';

/** How long it looks for an inspector that is still about to open. */
const lookFor = 2000;

export class Guardian implements Disposable {
  readonly #child: ChildProcess;

  /** @param port where the inspector of the target is going to listen */
  constructor(pid: number, port: number) {
    // A session of its own: what interrupts us at the terminal must not end it as well.
    this.#child = spawn(process.execPath, ['-e', `(${guard.toString()})(${pid}, ${port}, ${lookFor})`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    this.#child.on('error', () => undefined);
    this.#child.stdin!.on('error', () => undefined);
    this.#child.unref();
    (this.#child.stdin as unknown as { unref(): void }).unref();
  }

  /** Where the inspector is, when it chose its port itself. */
  isAt(port: number): void {
    this.#child.stdin!.write(`${port}\n`);
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
function guard(pid: number, expectedPort: number, limit: number): void {
  let port = expectedPort;
  // Another devsandbox may be there by now, found the inspector open and would leave it so: it is told to close it.
  const ours = `process[Symbol.for('devsandbox.lock')]`;
  const close = `process.pid === ${pid} && (${ours} ? ${ours}.ownInspector() : require('inspector').close())`;
  const params = { expression: close, includeCommandLineAPI: true, silent: true };
  const attempt = async (): Promise<boolean> => {
    const listed = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(listed[0]!.webSocketDebuggerUrl);
    return new Promise((resolve) => {
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
      socket.onmessage = () => resolve(true);
      socket.onerror = socket.onclose = () => resolve(false);
    });
  };
  const end = async (): Promise<void> => {
    const deadline = Date.now() + limit;
    while (Date.now() < deadline && !(await attempt().catch(() => false)))
      await new Promise((resolve) => setTimeout(resolve, 20));
    process.exit();
  };
  process.stdin.on('data', (text) => (port = Number(text))).on('end', () => void end());
}
