// What a cell gives, written to a terminal: outputs as they come, progress on one line that is redrawn, the value, the
// error.
import type { Writable } from 'node:stream';
import type { MimeBundle, RunListeners } from '../core/sandbox/ports.ts';
import { showCellError } from '../magics/display/errors.ts';
import { isProgress } from '../magics/display/progress.ts';
import { cutText, oneLine, paint, type TextStyle } from '../magics/display/style.ts';
import type { ExecuteResult } from '../magics/engine.ts';

export interface ShowOptions {
  readonly output: Writable;
  readonly errors: Writable;
  readonly style: () => TextStyle;
  /** Redraws a line; a pipe cannot. */
  readonly redraws: boolean;
}

export class Show {
  readonly listeners: RunListeners;
  readonly #options: ShowOptions;
  #progress = false;
  #column = 0;

  constructor(options: ShowOptions) {
    this.#options = options;
    this.listeners = {
      output: ({ stream, text }) => {
        this.#clear();
        this.#write(stream === 'stderr' ? options.errors : options.output, text);
      },
      display: (output) => {
        if (isProgress(output)) this.#draw(String(output.data['text/plain'] ?? ''));
        else this.#text(output.data);
      },
    };
  }

  result(result: ExecuteResult): void {
    this.#clear();
    if (result.data) this.#text(result.data);
    if (result.error) {
      this.#freshLine();
      this.#write(this.#options.errors, `${showCellError(result.error, this.#options.style())}\n`);
    }
    this.#freshLine();
  }

  /** A line that no cell gave. */
  note(text: string): void {
    this.#clear();
    this.#freshLine();
    this.#write(this.#options.output, `${text}\n`);
  }

  #text(bundle: MimeBundle): void {
    this.#clear();
    const text = String(bundle['text/plain'] ?? '');
    if (text === '' || text === 'undefined') return;
    this.#freshLine();
    this.#write(this.#options.output, `${text}\n`);
  }

  #draw(text: string): void {
    if (!this.#options.redraws) return;
    this.#clear();
    if (text === '') return;
    this.#freshLine();
    const style = this.#options.style();
    this.#options.output.write(paint(style, 'dim', cutText(oneLine(text), style.width - 1)));
    this.#progress = true;
  }

  #clear(): void {
    if (this.#progress) this.#options.output.write('\r\u001b[K');
    this.#progress = false;
  }

  #freshLine(): void {
    if (this.#column > 0) this.#write(this.#options.output, '\n');
  }

  #write(stream: Writable, text: string): void {
    if (text === '') return;
    stream.write(text);
    this.#column = text.endsWith('\n') ? 0 : 1;
  }
}
