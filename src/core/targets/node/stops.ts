// Lets the target go on when the agent has stopped it. A target that stands still hears only the inspector's own thread,
// so what tells us is a script of a certain name, whatever waits on the lifeline, and we answer with requests that run
// no code there, until it goes on.
import { stoppedUrl } from './agent/capture.ts';
import type { NodeSession } from './session.ts';

export async function resuming<T>(session: NodeSession, run: () => Promise<T>): Promise<T> {
  await session.scripts();
  const { cdp } = session;
  let going = true;
  using _stopped = cdp.on('Debugger.scriptParsed', ({ url }) => {
    if (url !== stoppedUrl) return;
    const resume = (): void => {
      if (!going) return;
      cdp.send('Debugger.resume').catch(() => setTimeout(resume, 1));
    };
    resume();
  });
  try {
    return await run();
  } finally {
    going = false;
  }
}
