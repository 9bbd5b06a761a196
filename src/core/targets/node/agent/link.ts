// The lifeline: a loopback socket to the front. Frames go out over it, and its end, however it comes (detach, crash,
// kill -9), is what makes the agent undo everything. It never keeps the app's process alive.
import type * as Net from 'node:net';

/** Frame: length of the payload (u32 LE), type (u8), payload. */
export const frameTypes = { hello: 0, move: 4 } as const;

export interface AgentLink {
  /** False when the frame was dropped, because the front is too slow or gone. The bytes must not change afterwards. */
  send(type: number, payload: Uint8Array): boolean;
  /** Listens to frames of one type from the front; one listener each. */
  onFrame(type: number, listener: (payload: Uint8Array) => void): void;
  /** Bytes that wait to be sent. */
  readonly backlog: number;
  readonly dropped: number;
  readonly open: boolean;
  close(): void;
}

export interface LinkOptions {
  readonly net: typeof Net;
  readonly port: number;
  readonly token: string;
  /** Bytes that may wait before frames are dropped. */
  readonly budget: number;
  readonly onClose: () => void;
}

export function openLink({ net, port, token, budget, onClose }: LinkOptions): AgentLink {
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
  socket.unref();
  const listeners = new Map<number, (payload: Uint8Array) => void>();
  let open = true;
  let dropped = 0;
  const ended = (): void => {
    if (!open) return;
    open = false;
    socket.destroy();
    try {
      onClose();
    } catch {
      // The app must not notice.
    }
  };
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    try {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      while (rest.length - at >= 5) {
        const length = rest.readUInt32LE(at);
        if (rest.length - at - 5 < length) break;
        listeners.get(rest[at + 4]!)?.(rest.subarray(at + 5, at + 5 + length));
        at += 5 + length;
      }
      rest = rest.subarray(at);
    } catch {
      // The app must not notice.
    }
  });
  socket.on('error', ended);
  socket.on('end', ended);
  socket.on('close', ended);
  const send = (type: number, payload: Uint8Array): boolean => {
    if (!open || socket.writableLength > budget) {
      dropped++;
      return false;
    }
    try {
      if (payload.length > 4096) {
        const head = Buffer.allocUnsafe(5);
        head.writeUInt32LE(payload.length);
        head[4] = type;
        socket.cork();
        socket.write(head);
        socket.write(payload);
        socket.uncork();
      } else {
        const frame = Buffer.allocUnsafe(5 + payload.length);
        frame.writeUInt32LE(payload.length);
        frame[4] = type;
        frame.set(payload, 5);
        socket.write(frame);
      }
      return true;
    } catch {
      dropped++;
      return false;
    }
  };
  send(frameTypes.hello, Buffer.from(token));
  return {
    send,
    onFrame: (type, listener) => void listeners.set(type, listener),
    get backlog() {
      return socket.writableLength;
    },
    get dropped() {
      return dropped;
    },
    get open() {
      return open;
    },
    close: ended,
  };
}
