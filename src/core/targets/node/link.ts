// Our end of the lifeline: a loopback server for one target. What arrives first must be the token; everything else is
// hung up on. Frames: length (u32 LE), type (u8), payload; the types are named in agent/link.ts.
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EventSource, type Listener } from '../../common/events.ts';
import { frameTypes } from './agent/link.ts';

export class FrontLink implements Disposable {
  readonly token = randomBytes(16).toString('hex');
  readonly #server: Server;
  readonly #frames = new Map<number, EventSource<Uint8Array>>();
  readonly #connected = Promise.withResolvers<void>();
  #socket: Socket | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.#connected.promise.catch(() => undefined);
    server.on('connection', (socket) => this.#accept(socket));
    server.unref();
  }

  static async open(): Promise<FrontLink> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FrontLink(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when the agent has introduced itself. */
  get connected(): Promise<void> {
    return this.#connected.promise;
  }

  /** Frames of one type, in order. The bytes are the listener's to keep. */
  onFrame(type: number, listener: Listener<Uint8Array>): Disposable {
    let source = this.#frames.get(type);
    if (!source) this.#frames.set(type, (source = new EventSource()));
    return source.on(listener);
  }

  /** Sends a frame to the agent. */
  send(type: number, payload: Uint8Array): void {
    const head = Buffer.allocUnsafe(5);
    head.writeUInt32LE(payload.length);
    head[4] = type;
    this.#socket?.write(Buffer.concat([head, payload]));
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#socket?.destroy();
    this.#connected.reject(new Error('closed'));
  }

  #accept(socket: Socket): void {
    let parts: Buffer[] = [];
    let size = 0;
    let trusted = false;
    let wanted = 5;
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      parts.push(chunk);
      size += chunk.length;
      // A large frame arrives in many chunks: they are joined once it is complete, not at each.
      if (size < wanted) return;
      const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      let at = 0;
      wanted = 5;
      while (all.length - at >= 5) {
        const length = all.readUInt32LE(at);
        if (all.length - at < 5 + length) {
          wanted = 5 + length;
          break;
        }
        const payload = all.subarray(at + 5, at + 5 + length);
        const type = all[at + 4]!;
        at += 5 + length;
        if (trusted) this.#dispatch(type, payload);
        else if (type === frameTypes.hello && payload.toString() === this.token && !this.#socket) {
          trusted = true;
          this.#socket = socket;
          this.#connected.resolve();
        } else return void socket.destroy();
      }
      const rest = all.subarray(at);
      if (!trusted && rest.length > 64) return void socket.destroy();
      parts = rest.length > 0 ? [rest] : [];
      size = rest.length;
    });
  }

  #dispatch(type: number, payload: Buffer): void {
    this.#frames.get(type)?.emit(payload);
  }
}
