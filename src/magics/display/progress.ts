// Progress of long work: one line that replaces the one before it. A display with an id, so that notebooks update it in
// place; terminals know it by its metadata and draw it on one line.
import type { DisplayOutput } from '../../core/sandbox/ports.ts';

const shortest = 100;
let last = 0;

export interface Progress {
  readonly report: (text: string, done?: number, total?: number) => void;
  /** Clears the line. */
  readonly end: () => void;
}

export function createProgress(display: (output: DisplayOutput) => void, now: () => number = Date.now): Progress {
  const id = `devsandbox-progress-${(last += 1)}`;
  let shown = false;
  let at = 0;
  const show = (text: string, done?: number, total?: number) => {
    const counted =
      done === undefined
        ? text
        : `${text} ${done.toLocaleString('en-US')}${total === undefined ? '' : ` of ${total.toLocaleString('en-US')}`}`;
    display({
      data: { 'text/plain': counted },
      metadata: {
        devsandbox: {
          progress: { ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }) },
        },
      },
      displayId: id,
      update: shown,
    });
    shown = true;
  };
  return {
    report: (text, done, total) => {
      const time = now();
      if (shown && time - at < shortest && done !== total) return;
      at = time;
      show(text, done, total);
    },
    end: () => {
      if (shown) show('');
    },
  };
}

export const isProgress = (output: DisplayOutput): boolean => {
  const ours = output.metadata?.['devsandbox'];
  return typeof ours === 'object' && ours !== null && 'progress' in ours;
};
