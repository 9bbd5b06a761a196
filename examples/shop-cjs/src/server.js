'use strict';

const express = require('express');
const { addToCart, cartReport, expireCarts, findCart, openCart } = require('./cart.js');
const { orders } = require('./db.js');
const { answerProblem, traffic } = require('./middleware.js');
const { checkout, findOrder, orderReport } = require('./orders.js');
const { rateOf, rates } = require('./prices.js');
const { Problem } = require('./problem.js');
const { findItem, listItems, restock, stockReport } = require('./stock.js');

const restockEvery = Number(process.env['SHOP_RESTOCK_MS'] ?? 150);
const pieces = Number(process.env['SHOP_PIECES'] ?? 3);
const cartAge = 30_000;

const app = express();
const { count, report } = traffic(5);

app.use(count);
app.use(express.json());

app.get('/products', async (request, response) => {
  const rate = await rateOf(currencyOf(request.query['currency']));
  response.json(
    listItems().map((item) => ({
      ...item,
      price: Math.round(item.price * rate),
    })),
  );
});

app.get('/products/:sku', (request, response) => {
  response.json(findItem(request.params.sku));
});

app.post('/carts', (_request, response) => {
  response.status(201).json(openCart());
});

app.get('/carts/:id', (request, response) => {
  response.json(findCart(request.params.id));
});

app.post('/carts/:id/items', (request, response) => {
  const { sku, quantity = 1 } = request.body ?? {};
  if (typeof sku !== 'string' || !Number.isInteger(quantity) || quantity < 1) {
    throw new Problem(400, 'sku and quantity, please');
  }
  response.json(addToCart(request.params.id, sku, quantity));
});

app.post('/checkout', async (request, response) => {
  const { cart, currency } = request.body ?? {};
  const order = await checkout(String(cart), currencyOf(currency));
  response.status(201).json(order);
});

app.get('/orders', (request, response) => {
  response.json(orders.latest(Number(request.query['count'] ?? 10)));
});

app.get('/orders/:id', (request, response) => {
  response.json(findOrder(request.params.id));
});

app.get('/health', (_request, response) => {
  response.json({
    ...report(),
    stock: stockReport(),
    carts: cartReport(),
    orders: orderReport(),
    rates: {
      size: rates.size,
      hits: rates.hits,
      misses: rates.misses,
    },
  });
});

app.use(answerProblem);

function currencyOf(value) {
  if (value === undefined) return 'EUR';
  if (typeof value !== 'string' || !/^[A-Z]{3}$/.test(value)) throw new Problem(400, `no currency: ${String(value)}`);
  return value;
}

restock(pieces);
setInterval(() => restock(pieces), restockEvery);
setInterval(() => {
  expireCarts(cartAge);
  rates.sweep();
}, 1_000);

const server = app.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`shop listening on http://127.0.0.1:${port} (pid ${process.pid})`);
});

process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  orders.close();
  process.exit(0);
});
