// Recording and time travel: a running target onto a tape, and calls out of a tape again. Implements TimeTravel.
import type { ReplayOptions, ReplayRequest, ReplayResult } from '../../core/replay/types.ts';
import { makeChunkDecoder } from '../../core/tape/decode-events.ts';
import * as counterfactual from './counterfactual.ts';
import * as moment from './moment.ts';
import * as functions from './record-function.ts';
import * as recordings from './recording.ts';
import * as replays from './replays.ts';
import * as tapes from './tapes.ts';
import type { TimeTravel } from './types.ts';

export type * from './types.ts';

// Isolates are loaded when something is re-executed, not to list tapes.
const replay = async (request: ReplayRequest, options: ReplayOptions): Promise<ReplayResult> =>
  (await import('../../core/replay/index.ts')).replay(request, options);
const means: replays.Means = { replay, makeDecoder: makeChunkDecoder };

export const startRecording: TimeTravel['startRecording'] = (target, options) =>
  recordings.startRecording(target, options, makeChunkDecoder);

export const recordFunction: TimeTravel['recordFunction'] = (fn, options) => functions.recordFunction(fn, options);

export const listTapes: TimeTravel['listTapes'] = (directory) => tapes.listTapes(directory, makeChunkDecoder);

export const describeTape: TimeTravel['describeTape'] = (tape) => tapes.describeTape(tape, makeChunkDecoder);

export const tapeGaps: TimeTravel['tapeGaps'] = (tape) => tapes.tapeGaps(tape, makeChunkDecoder);

export const listCalls: TimeTravel['listCalls'] = (tape, query) => tapes.listCalls(tape, query, makeChunkDecoder);

export const replayCall: TimeTravel['replayCall'] = (tape, call, work = {}) =>
  replays.replayCall(tape, call, work, means);

export const replayAt: TimeTravel['replayAt'] = (tape, at, work = {}) => moment.replayAt(tape, at, work, means);

export const replayCheck: TimeTravel['replayCheck'] = (tape, work = {}) => replays.replayCheck(tape, work, means);

export const replayWith: TimeTravel['replayWith'] = (tape, changes, options) =>
  counterfactual.replayWith(tape, changes, options, means);
