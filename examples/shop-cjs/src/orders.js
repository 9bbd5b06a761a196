'use strict';

const { randomUUID } = require('node:crypto');
const { carts, findCart, total } = require('./cart.js');
const { orders } = require('./db.js');
const { rateOf, shippingFor } = require('./prices.js');
const { notFound, Problem } = require('./problem.js');
const { ensureAvailable, stock, take } = require('./stock.js');

let sold = 0;

async function checkout(cartId, currency) {
  const cart = findCart(cartId);
  if (cart.lines.length === 0) throw new Problem(400, `cart ${cartId} is empty`);
  for (const line of cart.lines) ensureAvailable(line.sku, line.quantity);

  const [rate, shipping] = await Promise.all([rateOf(currency), shippingFor(cart.lines)]);

  const items = cart.lines.map((line) => stock.get(line.sku));
  const sum = total(cart.lines, items);
  for (const line of cart.lines) take(line.sku, line.quantity);

  const order = {
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

function findOrder(id) {
  const order = orders.find(id);
  if (!order) throw notFound(`order ${id}`);
  return order;
}

const orderReport = () => ({ sold });

module.exports = { checkout, findOrder, orderReport };
