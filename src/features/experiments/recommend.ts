// Which of two versions to choose, and why; saying "neither was shown to be better" is an answer too. Order of
// importance: comparable at all, failures, unchanged results, time.
import type { ComparisonReport, VariantSide } from './types.ts';

export interface Evidence extends Pick<ComparisonReport, 'a' | 'b' | 'pairs' | 'different' | 'others' | 'ratio'> {
  readonly fn: string;
  /** Calls left out because one side could not carry them to their end. */
  readonly left: number;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
/** Calls that may be failures: nobody knows how they would have ended. */
const open = ({ unanswered, unfinished }: VariantSide): number => unanswered + unfinished;

export function recommend(evidence: Evidence): ComparisonReport['recommendation'] {
  const { a, b, fn, pairs, left, others, ratio } = evidence;
  if (pairs === 0)
    return none(
      `not comparable: ${left > 0 ? `none of ${count(left, 'call')} could be carried to its end` : 'the tape has no calls'}`,
    );
  if (a.runs === 0 && b.runs === 0)
    return none(`not comparable: ${fn} ran in none of the ${count(pairs, 'call')} of the tape`);
  if (left > pairs)
    return none(`not comparable: ${count(left, 'call')} could not be carried to the end, only ${pairs} could`);
  if (a.failed !== b.failed) return byFailures(evidence);
  if (evidence.different > 0)
    return none(`${count(evidence.different, 'call')} of ${pairs} give another result: look at the differences first`);
  const same = `same results on ${count(others.calls, 'call')}`;
  if (left > 0) return none(`${same}, but ${count(left, 'call')} could not be carried to the end`);
  if (!ratio) return none(`same results; ${fn} took too little time to compare`);
  if (ratio.rounds < 2)
    return none('same results; one round cannot tell a difference in time from drift of the machine');
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

function byFailures({ a, b, others }: Evidence): ComparisonReport['recommendation'] {
  const [better, worse] = a.failed < b.failed ? [a, b] : [b, a];
  const fewer = `${better.name} fails ${count(better.failed, 'time')} where ${worse.name} fails ${worse.failed}`;
  const changed = others.calls - others.same;
  if (changed > 0)
    return none(
      `${fewer}, but ${count(changed, 'call')} that failed in neither give another result: look at the differences first`,
    );
  if (better.failed + open(better) >= worse.failed)
    return none(`${fewer}, but ${count(open(better), 'call')} of ${better.name} could not be carried to the end`);
  const basis = [
    better.borrowed > 0 ? `${count(better.borrowed, 'call')} of it used an answer of another call` : '',
    open(better) > 0 ? `${count(open(better), 'call')} of it could not be carried to the end` : '',
  ].filter((text) => text !== '');
  return {
    choose: better.name,
    reason: [`${fewer}; every other call gives the same result`, ...basis].join('; '),
  };
}

const none = (reason: string): ComparisonReport['recommendation'] => ({ choose: undefined, reason });
