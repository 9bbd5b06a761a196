// Which of two versions to choose, and why; saying "neither was shown to be better" is an answer too. Order of
// importance: comparable at all, failures, unchanged results, time.
import type { ComparisonReport } from './types.ts';

export interface Evidence extends Pick<ComparisonReport, 'a' | 'b' | 'pairs' | 'different' | 'ratio'> {
  readonly fn: string;
  /** Calls that one side could not carry to its end. */
  readonly unfinished: number;
  /** Calls that differ although neither side failed in them. */
  readonly changed: number;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

export function recommend(evidence: Evidence): ComparisonReport['recommendation'] {
  const { a, b, fn, pairs, unfinished, changed, ratio } = evidence;
  if (pairs === 0)
    return none(
      `not comparable: ${unfinished > 0 ? `none of ${count(unfinished, 'call')} could be carried to its end` : 'the tape has no calls'}`,
    );
  if (a.runs === 0 && b.runs === 0)
    return none(`not comparable: ${fn} ran in none of the ${count(pairs, 'call')} of the tape`);
  if (unfinished > pairs)
    return none(`not comparable: ${count(unfinished, 'call')} could not be carried to the end, only ${pairs} could`);
  if (a.failed !== b.failed) {
    const [better, worse] = a.failed < b.failed ? [a, b] : [b, a];
    const fewer = `${better.name} fails ${count(better.failed, 'time')} where ${worse.name} fails ${worse.failed}`;
    if (changed > 0)
      return none(
        `${fewer}, but ${count(changed, 'call')} that failed in neither give another result: look at the differences first`,
      );
    return { choose: better.name, reason: `${fewer}; every other call gives the same result` };
  }
  if (evidence.different > 0)
    return none(`${count(evidence.different, 'call')} of ${pairs} give another result: look at the differences first`);
  if (!ratio) return none(`same results; ${fn} took too little time to compare`);
  const percent = `${Math.round(ratio.confidence * 100)} % interval ${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}`;
  if (ratio.high < 1)
    return {
      choose: a.name,
      reason: `same results, ${ratio.median.toFixed(2)} times the time of ${b.name} (${percent})`,
    };
  if (ratio.low > 1)
    return {
      choose: b.name,
      reason: `same results, ${a.name} takes ${ratio.median.toFixed(2)} times its time (${percent})`,
    };
  return none(`same results, and no difference in time shown (${percent} includes 1)`);
}

const none = (reason: string): ComparisonReport['recommendation'] => ({ choose: undefined, reason });
