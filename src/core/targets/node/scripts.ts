// What V8 has compiled: scripts by id and by URL, from the debugger's own list. Enabled on first use, because V8 then
// hashes every source, Node's own included, in one go: 40 to 80 ms of the target's time, which cannot be divided.
import type { Protocol } from 'devtools-protocol';
import type { NodeSession } from './session.ts';

export interface Script {
  readonly id: string;
  /** As the engine names it: a path or a URL. */
  readonly url: string;
  /** The file of it, when it is one. */
  readonly path: string | undefined;
  readonly isModule: boolean;
  /** In the realm of the process, not in a context that `node:vm` made. */
  readonly isMainRealm: boolean;
  readonly sourceMapUrl: string | undefined;
  /** Lines before the first line of the file (CommonJS wrappers of older versions), always 0 where Node compiles functions. */
  readonly startLine: number;
  /** Added to columns of the first line: negative where a loader hides its wrapper so. */
  readonly startColumn: number;
}

export class Scripts {
  readonly #byId = new Map<string, Script>();
  readonly #byPath = new Map<string, Script[]>();
  readonly #session: NodeSession;

  private constructor(session: NodeSession) {
    this.#session = session;
  }

  static async enable(session: NodeSession): Promise<Scripts> {
    const scripts = new Scripts(session);
    session.cdp.on('Debugger.scriptParsed', (event) => scripts.#add(event));
    // Nobody here debugs: a `debugger` statement of the app must not stop it.
    // (Stops at a breakpoint of ours belong to who set it.)
    session.cdp.on('Debugger.paused', ({ hitBreakpoints = [], callFrames }) => {
      if (hitBreakpoints.length > 0 || callFrames.some((frame) => frame.url.startsWith('devsandbox:'))) return;
      void session.cdp.send('Debugger.resume').catch(() => undefined);
    });
    await session.measured(async () => {
      const skipped = session.cdp.send('Debugger.setSkipAllPauses', { skip: true }).catch(() => undefined);
      const enabled = session.cdp.send('Debugger.enable', {});
      await Promise.all([skipped, enabled, session.cdp.send('Debugger.setSkipAllPauses', { skip: true })]);
    }, true);
    return scripts;
  }

  byId(id: string): Script | undefined {
    return this.#byId.get(id);
  }

  /** Those of a file, the latest last; usually one. */
  byPath(path: string): readonly Script[] {
    return this.#byPath.get(path) ?? [];
  }

  all(): Iterable<Script> {
    return this.#byId.values();
  }

  async source(id: string): Promise<string> {
    const { scriptSource } = await this.#session.cdp.send('Debugger.getScriptSource', { scriptId: id });
    return scriptSource;
  }

  #add(event: Protocol.Debugger.ScriptParsedEvent): void {
    const path = pathOfUrl(event.url);
    const script: Script = {
      id: event.scriptId,
      url: event.url,
      path,
      isModule: event.isModule === true,
      isMainRealm: (event.executionContextAuxData as { readonly isDefault?: boolean } | undefined)?.isDefault !== false,
      sourceMapUrl: event.sourceMapURL || undefined,
      startLine: event.startLine,
      startColumn: event.startColumn,
    };
    this.#byId.set(script.id, script);
    if (path === undefined) return;
    const list = this.#byPath.get(path);
    if (list) list.push(script);
    else this.#byPath.set(path, [script]);
  }
}

/** Path of a `file:` URL or of a path, without query and fragment. */
export function pathOfUrl(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  if (!url.startsWith('file:')) return undefined;
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
}
