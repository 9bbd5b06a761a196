// One wrong value in the recordings of a thousand generated programs.
import { programsPart, total } from '../support/programs/long.ts';

export const part = programsPart({
  name: 'corruption',
  title: 'Corruption',
  kind: 'corruption',
  programs: 1000,
  first: 4_000_000,
  figures: (done) =>
    `${total(done, 'good')} of ${total(done, 'programs')} programs: ${total(done, 'given')} wrong values among what own code ` +
    `gave and ${total(done, 'taken')} among what it was given, each found at the event where it shows; ` +
    `${total(done, 'unused')} of the latter are of no consequence, and the check says so; ${total(done, 'unchecked')} show only ` +
    'in what a promise settles with that foreign code was given, which no check sees.',
});
