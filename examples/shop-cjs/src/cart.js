'use strict';

const { notFound } = require('./problem.js');
const { findItem } = require('./stock.js');

class Cart {
  id;
  lines = [];
  touched = Date.now();

  constructor(id) {
    this.id = id;
  }

  add(sku, quantity) {
    this.touched = Date.now();
    const present = this.lines.find((line) => line.sku === sku);
    if (present) {
      present.quantity += quantity;
      return present;
    }
    const line = {
      sku,
      quantity,
    };
    this.lines.push(line);
    return line;
  }

  isOlderThan(age) {
    return Date.now() - this.touched > age;
  }

  toJSON() {
    return {
      id: this.id,
      lines: this.lines,
    };
  }
}

const carts = new Map();
let lastId = 0;
let expired = 0;

function openCart() {
  const cart = new Cart(String(++lastId));
  carts.set(cart.id, cart);
  return cart;
}

function findCart(id) {
  const cart = carts.get(id);
  if (!cart) throw notFound(`cart ${id}`);
  return cart;
}

function addToCart(id, sku, quantity) {
  const cart = findCart(id);
  findItem(sku);
  cart.add(sku, quantity);
  return cart;
}

function total(lines, items) {
  return lines.reduce((sum, line, index) => sum + items[index].price * line.quantity, 0);
}

function expireCarts(age) {
  const before = carts.size;
  for (const [id, cart] of carts) {
    if (cart.isOlderThan(age)) carts.delete(id);
  }
  expired += before - carts.size;
  return before - carts.size;
}

const cartReport = () => ({
  open: carts.size,
  opened: lastId,
  expired,
});

module.exports = { Cart, carts, openCart, findCart, addToCart, total, expireCarts, cartReport };
