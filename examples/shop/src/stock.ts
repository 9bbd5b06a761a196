import { notFound, soldOut } from './problem.ts';

export interface Item {
  sku: string;
  name: string;
  /** Cents. */
  price: number;
  quantity: number;
}

const names = ['Apron', 'Bowl', 'Cup', 'Dish', 'Egg timer', 'Fork', 'Grater', 'Hob kettle'];
const catalogue = names.map((name, index) => ({
  sku: `${name[0]}-${index + 1}`,
  name,
  price: 450 + index * 175,
}));

/** What can be bought now. */
export const stock = new Map<string, Item>();

/** Whether a product stays listed when its last piece is gone. */
let keepSoldOut = false;
let deliveries = 0;

export function findItem(sku: string): Item {
  const item = stock.get(sku);
  if (!item) throw notFound(`product ${sku}`);
  return item;
}

export function ensureAvailable(sku: string, quantity: number): void {
  const item = stock.get(sku);
  if (!item || item.quantity < quantity) throw soldOut(sku);
}

export function take(sku: string, quantity: number): void {
  const item = stock.get(sku);
  if (!item || item.quantity < quantity) throw soldOut(sku);
  item.quantity -= quantity;
  if (item.quantity === 0 && !keepSoldOut) stock.delete(sku);
}

export function listItems(): Item[] {
  return [...stock.values()].sort((a, b) => a.sku.localeCompare(b.sku));
}

/** A delivery fills up what runs low. */
export function restock(pieces: number): number {
  let filled = 0;
  for (const product of catalogue) {
    const item = stock.get(product.sku);
    if (!item) stock.set(product.sku, { ...product, quantity: pieces });
    else if (item.quantity < pieces) item.quantity = pieces;
    else continue;
    filled++;
  }
  if (filled > 0) deliveries++;
  return filled;
}

export const stockReport = () => ({ products: stock.size, deliveries });
