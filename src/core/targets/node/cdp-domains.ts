// Requests and events of the inspector by name: V8's and Chrome's from devtools-protocol, and Node's own domains, which
// that package lacks.
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';

export interface WorkerInfo {
  readonly workerId: string;
  readonly type: string;
  readonly title: string;
  readonly url: string;
}

interface NodeCommands {
  'NodeWorker.enable': { paramsType: [{ waitForDebuggerOnStart: boolean }]; returnType: void };
  'NodeWorker.disable': { paramsType: []; returnType: void };
  'NodeWorker.detach': { paramsType: [{ sessionId: string }]; returnType: void };
  'NodeWorker.sendMessageToWorker': { paramsType: [{ sessionId: string; message: string }]; returnType: void };
  'NodeRuntime.enable': { paramsType: []; returnType: void };
  'NodeRuntime.disable': { paramsType: []; returnType: void };
  'NodeRuntime.notifyWhenWaitingForDisconnect': { paramsType: [{ enabled: boolean }]; returnType: void };
  'NodeTracing.getCategories': { paramsType: []; returnType: { categories: string[] } };
  'NodeTracing.start': {
    paramsType: [{ traceConfig: { recordMode?: string; includedCategories: string[] } }];
    returnType: void;
  };
  'NodeTracing.stop': { paramsType: []; returnType: void };
}

interface NodeEvents {
  'NodeWorker.attachedToWorker': [{ sessionId: string; workerInfo: WorkerInfo; waitingForDebugger: boolean }];
  'NodeWorker.detachedFromWorker': [{ sessionId: string }];
  'NodeWorker.receivedMessageFromWorker': [{ sessionId: string; message: string }];
  'NodeRuntime.waitingForDisconnect': [];
  'NodeTracing.dataCollected': [{ value: Record<string, unknown>[] }];
  'NodeTracing.tracingComplete': [];
}

type Commands = Omit<ProtocolMapping.Commands, keyof NodeCommands> & NodeCommands;
type Events = Omit<ProtocolMapping.Events, keyof NodeEvents> & NodeEvents;

export type CdpMethod = keyof Commands;
export type CdpParams<M extends CdpMethod> = Commands[M]['paramsType'];
export type CdpResult<M extends CdpMethod> = Commands[M]['returnType'];
export type CdpEvent = keyof Events;
export type CdpEventParams<E extends CdpEvent> = Events[E] extends [infer P, ...unknown[]] ? P : undefined;
