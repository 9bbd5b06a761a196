// The way out of a recorded program: a process of its own writes the tape, so that nothing is lost when the program
// ends in whatever way. What is sent is in the pipe when `send` returns: it survives process.exit, signals and kill -9.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../../common/errors.ts';
import { encodeFrame, FrameKind, type StartFrame } from './frames.ts';

interface PipeHandle {
  readonly fd: number;
  setBlocking(on: boolean): void;
}

/** Answer of the writer: what went wrong, or where the tape is. */
export type WriterAnswer =
  | { readonly tape: string }
  | { readonly error: string; readonly code?: ErrorCode; readonly details?: Readonly<Record<string, unknown>> };

export class Output {
  readonly #fd: number;
  /** Called once, when nobody reads any more. */
  onLost: () => void = () => undefined;
  #isLost = false;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Starts the process and waits until the tape is begun. */
  static async open(start: StartFrame): Promise<{ readonly output: Output; readonly answer: WriterAnswer }> {
    const url = new URL(import.meta.url.endsWith('.ts') ? './writer-main.ts' : './writer-main.js', import.meta.url);
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, ['--no-warnings', fileURLToPath(url)], {
      // Signals of the terminal are for the program.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env,
    });
    const handle = (child.stdin as unknown as { readonly _handle: PipeHandle })._handle;
    handle.setBlocking(true);
    const output = new Output(handle.fd);
    child.stdin.on('error', () => output.#lose());
    output.send(FrameKind.start, Buffer.from(JSON.stringify(start)));
    const answer = await new Promise<WriterAnswer>((resolve) => {
      let said = '';
      child.stdout.on('data', (data: Buffer) => {
        said += String(data);
        if (said.includes('\n')) resolve(JSON.parse(said) as WriterAnswer);
      });
      child.once('error', (error) => resolve({ error: error.message }));
      child.once('exit', (code) => resolve({ error: `the process that writes the tape ended with ${code}` }));
    });
    child.stdout.destroy();
    child.removeAllListeners();
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    return { output, answer };
  }

  send(kind: FrameKind, payload: Uint8Array): void {
    if (this.#isLost) return;
    const frame = encodeFrame(kind, payload);
    try {
      for (let at = 0; at < frame.length;) at += writeSync(this.#fd, frame, at);
    } catch {
      this.#lose();
    }
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.onLost();
  }
}
