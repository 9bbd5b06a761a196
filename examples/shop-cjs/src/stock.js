'use strict';

const { notFound, soldOut } = require('./problem.js');

const names = ['Apron', 'Bowl', 'Cup', 'Dish', 'Egg timer', 'Fork', 'Grater', 'Hob kettle'];
const catalogue = names.map((name, index) => ({
  sku: `${name[0]}-${index + 1}`,
  name,
  price: 450 + index * 175,
}));

/** What can be bought now. */
const stock = new Map();

/** Whether a product stays listed when its last piece is gone. */
let keepSoldOut = false;
let deliveries = 0;

function findItem(sku) {
  const item = stock.get(sku);
  if (!item) throw notFound(`product ${sku}`);
  return item;
}

function ensureAvailable(sku, quantity) {
  const item = stock.get(sku);
  if (!item || item.quantity < quantity) throw soldOut(sku);
}

function take(sku, quantity) {
  const item = stock.get(sku);
  if (!item || item.quantity < quantity) throw soldOut(sku);
  item.quantity -= quantity;
  if (item.quantity === 0 && !keepSoldOut) stock.delete(sku);
}

function listItems() {
  return [...stock.values()].sort((a, b) => a.sku.localeCompare(b.sku));
}

/** A delivery fills up what runs low. */
function restock(pieces) {
  let filled = 0;
  for (const product of catalogue) {
    const item = stock.get(product.sku);
    if (!item)
      stock.set(product.sku, {
        ...product,
        quantity: pieces,
      });
    else if (item.quantity < pieces) item.quantity = pieces;
    else continue;
    filled++;
  }
  if (filled > 0) deliveries++;
  return filled;
}

const stockReport = () => ({
  products: stock.size,
  deliveries,
});

module.exports = { stock, findItem, ensureAvailable, take, listItems, restock, stockReport };
