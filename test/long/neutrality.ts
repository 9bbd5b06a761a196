// A thousand generated programs do with a recording what they do without.
import { programsPart, total } from '../support/programs/long.ts';

export const part = programsPart({
  name: 'neutrality',
  title: 'Neutrality',
  kind: 'neutral',
  programs: 1000,
  first: 3_000_000,
  figures: (done) =>
    `${total(done, 'good')} of ${total(done, 'programs')} programs give foreign code the same values in the same order, end ` +
    'their calls alike and leave the same state, with a recording and without.',
});
