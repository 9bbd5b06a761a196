// A thousand generated programs, recorded while foreign code answers as it likes, replay exactly.
import { programsPart, total } from '../support/programs/long.ts';

export const part = programsPart({
  name: 'programs',
  title: 'Generated programs',
  kind: 'shuffled',
  programs: 1000,
  first: 1_000_000,
  figures: (done) => `${total(done, 'good')} of ${total(done, 'programs')} programs replay exactly in every call.`,
});
