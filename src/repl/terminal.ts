// The conversation in a terminal: prompt, lines that grow into cells, history, completion, Ctrl-C.
import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { LeftTarget } from '../core/session/state.ts';
import { paint, styleOf } from '../magics/display/style.ts';
import type { Engine } from '../magics/engine.ts';
import { completer } from './completion.ts';
import { fromLine, History, toLine } from './history.ts';
import { Show } from './show.ts';

export interface TerminalOptions {
  readonly engine: Engine;
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly history?: History;
}

export class Terminal {
  readonly #engine: Engine;
  readonly #output: WriteStream;
  readonly #history: History;
  readonly #show: Show;
  readonly #lines: Interface & { history?: string[] };
  #cell: string[] = [];
  #indent = '';
  #running = false;
  #leaving = false;
  /** Lines that were entered and wait for their turn. */
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();

  constructor({ engine, input, output, history = new History() }: TerminalOptions) {
    this.#engine = engine;
    this.#output = output;
    this.#history = history;
    this.#show = new Show({ output, errors: output, style: () => styleOf(output), redraws: true });
    this.#lines = createInterface({
      input,
      output,
      terminal: true,
      historySize: 2000,
      removeHistoryDuplicates: true,
      history: history.entries.map(toLine),
      completer: completer(engine, () => this.#cell.join('\n')),
    });
  }

  /** Until the person leaves. */
  async run(): Promise<void> {
    const closed = new Promise<void>((done) => this.#lines.once('close', done));
    // Lines that are typed or pasted while a cell runs wait their turn.
    this.#lines.on('line', (line) => {
      this.#waiting += 1;
      this.#work = this.#work.then(() => {
        this.#waiting -= 1;
        return this.#line(line);
      });
    });
    this.#lines.on('SIGINT', () => void this.#interrupt());
    let known = this.#engine.services.session.state.left;
    const changed = this.#engine.services.session.changed(({ left }) => {
      if (left && left !== known && left.reason === 'exited') this.#tellEnd(left);
      known = left;
      if (!this.#running && !this.#leaving) this.#refresh();
    });
    this.#prompt();
    await closed;
    this.#leaving = true;
    changed[Symbol.dispose]();
    if (this.#running) await this.#engine.interrupt();
    await this.#work;
    this.#output.write('\n');
  }

  async #line(line: string): Promise<void> {
    if (this.#cell.length === 0 && line.trim() === '') return this.#prompt();
    if (this.#cell.length === 0 && /^\s*\.?exit\s*$/.test(line)) return this.#lines.close();
    this.#cell.push(...fromLine(line).split('\n'));
    const code = this.#cell.join('\n');
    // A blank line ends a cell that is not complete too, so that its error is seen.
    const given = this.#cell.length > 1 && (line.trim() === '' || line.includes('⏎'));
    const { status, indent } = given ? { status: 'complete', indent: '' } : await this.#completeness(code);
    if (status === 'incomplete') {
      this.#indent = indent;
      return this.#prompt();
    }
    this.#remember(code.trimEnd());
    this.#cell = [];
    this.#indent = '';
    await this.#run(code);
    if (!this.#leaving) this.#prompt();
  }

  // The editor has remembered the lines one by one; a cell is recalled as a whole.
  #remember(code: string): void {
    this.#history.add(code);
    const { history } = this.#lines;
    if (!history || this.#cell.length < 2) return;
    for (const line of this.#cell) {
      const at = history.indexOf(line);
      if (at !== -1 && at < this.#cell.length) history.splice(at, 1);
    }
    if (history[0] !== toLine(code)) history.unshift(toLine(code));
  }

  async #completeness(code: string): Promise<{ readonly status: string; readonly indent: string }> {
    try {
      return await this.#engine.isComplete(code);
    } catch {
      return { status: 'complete', indent: '' }; // running it will say what is wrong
    }
  }

  async #run(code: string): Promise<void> {
    this.#running = true;
    try {
      this.#show.result(await this.#engine.execute(code, { listeners: this.#show.listeners }));
    } finally {
      this.#running = false;
    }
  }

  /** Ends what runs; else drops what was typed; at an empty prompt the second one leaves. */
  async #interrupt(): Promise<void> {
    if (this.#running) {
      this.#output.write('^C\n');
      return this.#engine.interrupt();
    }
    const empty = this.#cell.length === 0 && this.#lines.line === '';
    if (empty && this.#asked) return this.#lines.close();
    this.#cell = [];
    this.#indent = '';
    this.#output.write('\n');
    if (empty) {
      this.#asked = true;
      this.#output.write(`${paint(styleOf(this.#output), 'dim', 'press Ctrl-C again or Ctrl-D to leave')}\n`);
      this.#lines.once('line', () => (this.#asked = false));
    }
    // The line editor's own text goes with a Ctrl-U.
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#prompt();
  }

  #asked = false;

  #prompt(): void {
    // A line that is there already needs neither prompt nor indent: pasted lines bring their own.
    if (this.#leaving || this.#waiting > 0) return;
    this.#refresh();
    if (this.#indent !== '' && this.#lines.line === '') this.#lines.write(this.#indent);
  }

  #refresh(): void {
    this.#lines.setPrompt(this.#cell.length > 0 ? '... ' : this.#text());
    this.#lines.prompt(true);
  }

  /** In a line of its own, above what is being typed. */
  #tellEnd({ target, tape }: LeftTarget): void {
    const kept = tape === undefined ? '' : `; tape ${tape} holds what was recorded until then`;
    const text = paint(styleOf(this.#output), 'warn', `${target.name} (pid ${target.pid}) has ended${kept}`);
    if (this.#running) return this.#show.note(text);
    const rows = this.#lines.getCursorPos().rows;
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#output.write(`${text}\n`);
  }

  /** `shop> `, with what is open and whether a recording runs: `shop [edit 9m] ●> ` */
  #text(): string {
    const style = styleOf(this.#output);
    const { target, access, recording } = this.#engine.status();
    const name = paint(style, 'name', target ?? 'devsandbox');
    const open = target === undefined || access === 'read-only' ? '' : paint(style, 'warn', ` [${access}]`);
    return `${name}${open}${recording ? paint(style, 'bad', ' ●') : ''}> `;
  }
}
