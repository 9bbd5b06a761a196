import { notFound } from './problem.ts';
import { findItem, type Item } from './stock.ts';

export interface CartLine {
  sku: string;
  quantity: number;
}

export class Cart {
  readonly id: string;
  lines: CartLine[] = [];
  private touched = Date.now();

  constructor(id: string) {
    this.id = id;
  }

  add(sku: string, quantity: number): CartLine {
    this.touched = Date.now();
    const present = this.lines.find((line) => line.sku === sku);
    if (present) {
      present.quantity += quantity;
      return present;
    }
    const line = { sku, quantity };
    this.lines.push(line);
    return line;
  }

  isOlderThan(age: number): boolean {
    return Date.now() - this.touched > age;
  }

  toJSON() {
    return { id: this.id, lines: this.lines };
  }
}

export const carts = new Map<string, Cart>();
let lastId = 0;
let expired = 0;

export function openCart(): Cart {
  const cart = new Cart(String(++lastId));
  carts.set(cart.id, cart);
  return cart;
}

export function findCart(id: string): Cart {
  const cart = carts.get(id);
  if (!cart) throw notFound(`cart ${id}`);
  return cart;
}

export function addToCart(id: string, sku: string, quantity: number): Cart {
  const cart = findCart(id);
  findItem(sku);
  cart.add(sku, quantity);
  return cart;
}

export function total(lines: readonly CartLine[], items: readonly Item[]): number {
  return lines.reduce((sum, line, index) => sum + items[index]!.price * line.quantity, 0);
}

export function expireCarts(age: number): number {
  const before = carts.size;
  for (const [id, cart] of carts) {
    if (cart.isOlderThan(age)) carts.delete(id);
  }
  expired += before - carts.size;
  return before - carts.size;
}

export const cartReport = () => ({ open: carts.size, opened: lastId, expired });
