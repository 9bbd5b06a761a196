// Whether a process has its own handler for a signal that Node would catch anyway. The kernel shows only that the signal
// is caught; who catches it is in libuv's tree of watchers, which is read from the process's memory, without touching
// it, where we may and where the executable has its symbols. Where not, the answer is "not known".
import { open, stat, type FileHandle } from 'node:fs/promises';

// struct uv_signal_s of libuv 1.x on 64 bits; its layout is part of libuv's ABI.
const offsets = { signum: 104, left: 112, right: 120 } as const;
const treeSymbol = /^uv__signal_tree(\.\d+)?$/;

const treeAddresses = new Map<string, Promise<bigint | undefined>>();

export async function handlesSignalItself(pid: number, signal: number): Promise<boolean | undefined> {
  try {
    const address = await treeAddress(pid);
    if (address === undefined) return undefined;
    await using memory = await open(`/proc/${pid}/mem`, 'r');
    return await treeHas(memory, address, signal);
  } catch {
    return undefined;
  }
}

async function treeHas(memory: FileHandle, root: bigint, signal: number): Promise<boolean> {
  const pointer = async (at: bigint): Promise<bigint> => {
    const { buffer } = await memory.read(Buffer.alloc(8), 0, 8, at as unknown as number);
    return buffer.readBigUInt64LE();
  };
  const waiting = [await pointer(root)];
  for (let steps = 0; waiting.length > 0 && steps < 1000; steps++) {
    const node = waiting.pop()!;
    if (node === 0n) continue;
    const { buffer } = await memory.read(Buffer.alloc(24), 0, 24, (node + BigInt(offsets.signum)) as unknown as number);
    if (buffer.readInt32LE(0) === signal) return true;
    waiting.push(
      buffer.readBigUInt64LE(offsets.left - offsets.signum),
      buffer.readBigUInt64LE(offsets.right - offsets.signum),
    );
  }
  return false;
}

/** Address of libuv's tree in the process: from the symbols of its executable, moved by where it was loaded. */
async function treeAddress(pid: number): Promise<bigint | undefined> {
  const path = `/proc/${pid}/exe`;
  const { dev, ino, mtimeMs } = await stat(path);
  const key = `${dev}:${ino}:${mtimeMs}`;
  let address = treeAddresses.get(key);
  if (!address) treeAddresses.set(key, (address = symbolAddress(path)));
  return address;
}

/** Value of the symbol in an ELF file that is loaded where it says (not position-independent). */
async function symbolAddress(path: string): Promise<bigint | undefined> {
  await using file = await open(path, 'r');
  const read = async (at: bigint, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(length);
    await file.read(buffer, 0, length, at as unknown as number);
    return buffer;
  };
  const head = await read(0n, 64);
  const isElf64 = head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1;
  const isFixed = head.readUInt16LE(16) === 2;
  if (!isElf64 || !isFixed) return undefined;
  const entrySize = head.readUInt16LE(58);
  const count = head.readUInt16LE(60);
  const sections = await read(head.readBigUInt64LE(40), entrySize * count);
  const section = (index: number) => {
    const at = index * entrySize;
    return {
      type: sections.readUInt32LE(at + 4),
      offset: sections.readBigUInt64LE(at + 24),
      size: Number(sections.readBigUInt64LE(at + 32)),
      link: sections.readUInt32LE(at + 40),
    };
  };
  for (let i = 0; i < count; i++) {
    const symbols = section(i);
    if (symbols.type !== 2) continue;
    const names = section(symbols.link);
    const strings = await read(names.offset, names.size);
    // The name is looked up first: comparing a number in each of some 200,000 symbols is quicker than their texts.
    const wanted = new Set<number>();
    for (let at = strings.indexOf('\0uv__signal_tree'); at >= 0; at = strings.indexOf('\0uv__signal_tree', at + 1)) {
      const end = strings.indexOf(0, at + 1);
      if (treeSymbol.test(strings.toString('latin1', at + 1, end))) wanted.add(at + 1);
    }
    if (wanted.size === 0) continue;
    const table = await read(symbols.offset, symbols.size);
    for (let at = 0; at + 24 <= table.length; at += 24) {
      if (wanted.has(table.readUInt32LE(at))) return table.readBigUInt64LE(at + 8);
    }
  }
  return undefined;
}
