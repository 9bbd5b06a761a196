// Where cells run; core/cells makes a CellRunner of it.
export { answerAppRequest, isAppRequest } from './app-adapter.ts';
export type { AppAccess } from './app-adapter.ts';
export { accessOfAppRequest } from './app-protocol.ts';
export type { AppMethod, AppPlace, AppRequests } from './app-protocol.ts';
export { bareName, grantFor, isNodeBuiltin } from './builtin-kinds.ts';
export { parseFrames } from './frames.ts';
export { defaultPatience, Sandbox } from './sandbox.ts';
export type { SandboxOptions, ScriptEnd, ScriptRun } from './sandbox.ts';
export type { HostError, HostResult } from './protocol.ts';
