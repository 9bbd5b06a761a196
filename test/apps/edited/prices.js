// One function, held in every way that an edit has to find.
import { EventEmitter } from 'node:events';

export function price(amount) {
  return amount * 2;
}

export const limits = { max: 10, label: 'plain' };
export const carts = new Map([['42', { items: [{ sku: 'a', count: 1 }] }]]);
let discount = 1;
export const discounted = () => discount;

const first = new WeakRef(price);
const firstText = String(price);

const fixed = price;
let loose = price;
const table = new Map([['price', price]]);
const keyed = new Map([[price, 'key']]);
const members = new Set([1, price, 2]);
const list = [price];
const nested = { deep: { [Symbol('hidden')]: price } };
const bound = price.bind(null);
const accessors = Object.defineProperty({}, 'price', { get: price, configurable: true });
const emitter = new EventEmitter();
emitter.on('ask', price);
globalThis.globalPrice = price;
const holder = ((inner) => ({ call: (amount) => inner(amount) }))(price);
const makers = [1, 2].map((factor) => {
  const own = price;
  return (amount) => own(amount) * factor;
});
class Price {
  of(amount) {
    return this.factor * amount;
  }
  factor = 2;
}
export class Doubled extends Price {
  of(amount) {
    return super.of(amount);
  }
}
export const doubled = new Doubled();
let ticked = 0;
const tick = () => {
  ticked = price(3);
};
setInterval(tick, 5);

// Hot: the engine folds what these read.
const hotFixed = (amount) => fixed(amount);
const hotLoose = (amount) => loose(amount);
const hotExport = (amount) => price(amount);
const hotMethod = (amount) => doubled.of(amount);
function sum(call) {
  let total = 0;
  for (let i = 0; i < 20_000; i++) total += call(1);
  return total / 20_000;
}
export const heat = () => ({
  fixed: sum(hotFixed),
  loose: sum(hotLoose),
  exported: sum(hotExport),
  method: sum(hotMethod),
});

export const ways = () => ({
  export: price(3),
  fixed: fixed(3),
  loose: loose(3),
  entry: table.get('price')(3),
  key: [...keyed.keys()][0](3),
  member: [...members][1](3),
  item: list[0](3),
  symbol: nested.deep[Object.getOwnPropertySymbols(nested.deep)[0]](3),
  bound: bound(3),
  accessor: Object.getOwnPropertyDescriptor(accessors, 'price').get(3),
  listener: emitter.listeners('ask')[0](3),
  global: globalThis.globalPrice(3),
  closure: holder.call(3),
  activations: makers.map((each) => each(3)).join(),
  timer: ticked,
});

export const facts = () => ({
  sameAsAtFirst: first.deref() === price,
  text: String(price) === firstText,
  oneForAll: [fixed, loose, table.get('price'), [...members][1], list[0], globalThis.globalPrice].every(
    (each) => each === price,
  ),
  keys: Reflect.ownKeys(price).map(String),
  limits: { ...limits },
  cart: carts.get('42'),
  discount,
  doubled: doubled.of(3),
});
