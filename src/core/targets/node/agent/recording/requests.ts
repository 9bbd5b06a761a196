// Runs in the target: tells the recorder of HTTP requests through Node's own channels. Nothing is loaded for it: when
// the app never loaded http, there is nothing to tell.
import type * as Channels from 'node:diagnostics_channel';
import type { Recorder } from '../../../../instrument/runtime/recorder-port.ts';

interface RequestMessage {
  readonly request: { readonly method?: string; readonly url?: string };
  readonly response?: { readonly statusCode?: number };
}

export const isLoaded = (name: string): boolean => {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes(`NativeModule ${name}`) ?? false;
};

type Listener = Pick<Recorder, 'requestStarted' | 'responseFinished'>;

/** The result ends it. */
export function listenToRequests(recorder: Listener, builtin: (name: string) => unknown): () => void {
  if (!isLoaded('diagnostics_channel') || !isLoaded('http')) return () => undefined;
  return listenToChannels(recorder, builtin);
}

/** Also where http is loaded only later. */
export function listenToChannels(recorder: Listener, builtin: (name: string) => unknown): () => void {
  const { subscribe, unsubscribe } = builtin('diagnostics_channel') as typeof Channels;
  const started = (message: unknown): void => {
    try {
      const { request } = message as RequestMessage;
      recorder.requestStarted(request, request.method ?? '', request.url ?? '');
    } catch {
      // The app must not notice.
    }
  };
  const finished = (message: unknown): void => {
    try {
      const { request, response } = message as RequestMessage;
      recorder.responseFinished(request, response?.statusCode ?? 0);
    } catch {
      // The app must not notice.
    }
  };
  subscribe('http.server.request.start', started);
  subscribe('http.server.response.finish', finished);
  return () => {
    unsubscribe('http.server.request.start', started);
    unsubscribe('http.server.response.finish', finished);
  };
}
