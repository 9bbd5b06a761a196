import { describe, expect, it } from 'vitest';
import { ownRule } from '../../../../src/core/targets/node/own-rule.ts';

describe('ownRule', () => {
  it("takes the app's files outside node_modules", () => {
    const isOwn = ownRule('/app', '/app/src/main.js');
    expect(['/app/src/cart.js', '/app/node_modules/x/index.js', '/other/x.js'].map(isOwn)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('takes the package of the main script when that lies in node_modules, without what lies in its own', () => {
    const isOwn = ownRule('/app', '/app/node_modules/@scope/server/bin.js');
    expect(
      [
        '/app/node_modules/@scope/server/lib/a.js',
        '/app/node_modules/@scope/other/a.js',
        '/app/node_modules/@scope/server/node_modules/y/a.js',
        '/app/mine.js',
      ].map(isOwn),
    ).toEqual([true, false, false, false]);
  });

  it('takes the folder of the main script when the app was started from elsewhere', () => {
    const isOwn = ownRule('/home', '/srv/app/main.js');
    expect(['/srv/app/lib/a.js', '/srv/other.js', '/home/x.js'].map(isOwn)).toEqual([true, false, true]);
  });
});
