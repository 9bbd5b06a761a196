// What the contract of a target looks at: variables of every kind, exported or not, and things that must not be touched.
let visits = 3;
const rate = 2;
const stock = new Map([
  ['a', { price: 5 }],
  ['b', { price: 7, password: 'hunter2' }],
]);
const account = {
  owner: 'ann',
  token: 'tok-123456',
  get secretly() {
    globalThis.getterRan = true;
    return 1;
  },
};
const guarded = new Proxy(
  {},
  {
    get: () => (globalThis.trapRan = true),
    ownKeys: () => {
      globalThis.trapRan = true;
      return [];
    },
  },
);
class Counter {
  #count = 1;
  next() {
    return ++this.#count;
  }
}
const counter = new Counter();
export let discount = 0;
export function total(amount = (globalThis.defaultRan = true)) {
  globalThis.totalRan = true;
  return amount * rate - discount;
}
export const state = () => ({ visits, rate, stock, account, guarded, counter });
export const seen = () => ({
  getter: globalThis.getterRan,
  trap: globalThis.trapRan,
  byDefault: globalThis.defaultRan,
});
export const visit = () => ++visits;
