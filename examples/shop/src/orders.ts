import { randomUUID } from 'node:crypto';
import { carts, findCart, total } from './cart.ts';
import { type Order, orders } from './db.ts';
import { rateOf, shippingFor } from './prices.ts';
import { notFound, Problem } from './problem.ts';
import { ensureAvailable, stock, take } from './stock.ts';

let sold = 0;

export async function checkout(cartId: string, currency: string): Promise<Order> {
  const cart = findCart(cartId);
  if (cart.lines.length === 0) throw new Problem(400, `cart ${cartId} is empty`);
  for (const line of cart.lines) ensureAvailable(line.sku, line.quantity);

  const [rate, shipping] = await Promise.all([rateOf(currency), shippingFor(cart.lines)]);

  const items = cart.lines.map((line) => stock.get(line.sku)!);
  const sum = total(cart.lines, items);
  for (const line of cart.lines) take(line.sku, line.quantity);

  const order: Order = {
    id: randomUUID(),
    cart: cart.id,
    total: Math.round((sum + shipping) * rate),
    currency,
    lines: cart.lines,
    createdAt: new Date().toISOString(),
  };
  orders.save(order);
  carts.delete(cart.id);
  sold++;
  return order;
}

export function findOrder(id: string): Order {
  const order = orders.find(id);
  if (!order) throw notFound(`order ${id}`);
  return order;
}

export const orderReport = () => ({ sold });
