// The one composition root: builds session, sandbox, targets and features, and wires them together. Everything heavy
// is loaded when it is first used, so that starting costs next to nothing.
import { join, resolve } from 'node:path';
import type { LanguageService } from '../core/cells/language-service.ts';
import { Disposables } from '../core/common/disposable.ts';
import { fail } from '../core/common/errors.ts';
import type { CellRunner } from '../core/sandbox/ports.ts';
import { Session, type AccessKind } from '../core/session/session.ts';
import { accessKinds, noGrants, type Grants } from '../core/session/state.ts';
import type { Target } from '../core/targets/target.ts';
import type { Recording } from '../features/timetravel/types.ts';
import { Conversation } from './conversation.ts';
import { plainStyle, type TextStyle } from './display/style.ts';
import { createFront } from './front.ts';
import { LazyRunner } from './lazy-runner.ts';
import type { Services } from './services.ts';

export interface EngineOptions {
  /** Attached before `createEngine` resolves. */
  readonly attach?: string;
  /** Opens edit, send, code and supervise from the start. */
  readonly write?: boolean;
  /** What cells may reach from the start. */
  readonly grants?: Partial<Grants>;
  /** Where cells' imports are resolved and `.devsandbox/tapes` lies; default: the working directory. */
  readonly directory?: string;
  /** Asked each time something is laid out, so that a resized terminal is heeded. */
  readonly style?: () => TextStyle;
  readonly auditPath?: string;
}

export async function createEngine(options: EngineOptions = {}): Promise<Conversation> {
  const directory = resolve(options.directory ?? process.cwd());
  const resources = new Disposables();
  let target: Target | undefined;
  let watching: Disposable | undefined;

  const session = resources.use(
    new Session({
      ...(options.auditPath === undefined ? {} : { auditPath: options.auditPath }),
      onGrants: (grants) => void runner.setGrants(grants).catch(() => undefined),
    }),
  );

  let service: Promise<LanguageService> | undefined;
  const languageService = (): Promise<LanguageService> =>
    (service ??= import('../core/cells/language-service.ts').then(({ LanguageService: Class }) =>
      resources.use(new Class({ directory })),
    ));

  const services: Services = {
    session,
    tapesDirectory: join(directory, '.devsandbox', 'tapes'),
    recording: undefined,
    target: () => {
      if (!target) throw fail('DS1003');
      return target;
    },
    listTargets: async () => (await import('../core/targets/index.ts')).listTargets(),
    attach: async (selector) => {
      const { attach, select } = await import('../core/targets/index.ts');
      const selected = await select(selector);
      // A target lets one devsandbox in at a time; another one is left only once the new one is there.
      if ('pid' in selected && selected.pid === target?.info.pid) await services.detach();
      const attached = await attach(selected);
      await services.detach();
      target = attached;
      const { name, pid, runtimeVersion } = attached.info;
      session.apply({ type: 'target.attached', target: { name, pid, runtime: runtimeVersion, selector } });
      if (options.write) session.apply({ type: 'access.allow', kinds: accessKinds });
      watching = attached.exited(() => {
        if (target === attached) leave('exited');
      });
      return attached;
    },
    detach: async () => {
      const attached = target;
      if (!attached) return;
      const recording = services.recording;
      await stopRecording(recording).catch(() => undefined);
      leave('detached');
      await attached.detach();
    },
    requireAccess: (kind: AccessKind, operation) => session.requireAccess(kind, operation),
    setGrants: (grants) => runner.setGrants(grants),
    timetravel: () => import('../features/timetravel/index.ts'),
    livestate: () => import('../features/livestate/index.ts'),
    types: { errorsOf: async (path, texts) => (await languageService()).errorsOf(path, texts) },
    experiments: () => import('../features/experiments/index.ts'),
  };

  const stopRecording = async (recording: Recording | undefined): Promise<void> => {
    if (!recording) return;
    services.recording = undefined;
    session.apply({ type: 'tape.finished', tape: recording.tape });
    await recording.stop();
  };

  const leave = (reason: string): void => {
    watching?.[Symbol.dispose]();
    watching = undefined;
    target = undefined;
    const { recording } = services;
    session.apply({ type: 'target.detached', reason });
    if (recording) void stopRecording(recording).catch(() => undefined); // the tape closes with what arrived
  };

  const runner = new LazyRunner(async (): Promise<CellRunner> => {
    const { createCellRunner } = await import('../core/cells/index.ts');
    return createCellRunner({
      front: createFront({ services, invoke: (...call) => conversation.invokeFromCell(...call) }),
      cwd: directory,
    });
  });
  if (options.grants) session.apply({ type: 'grants.allow', grants: { ...noGrants, ...options.grants } });

  const conversation = new Conversation({
    services,
    runner,
    style: options.style ?? (() => plainStyle),
    bindings: () => {
      const { tapes, recording } = session.state;
      return {
        tape: tapes.find((tape) => tape.tape === recording) ?? null,
        last: tapes.findLast((tape) => !tape.open) ?? null,
      };
    },
    close: () => resources[Symbol.asyncDispose](),
  });
  resources.use(runner);
  resources.add(() => services.detach());

  if (options.attach !== undefined) {
    try {
      await services.attach(options.attach);
    } catch (error) {
      await resources[Symbol.asyncDispose]();
      throw error;
    }
  }
  return conversation;
}
