'use strict';

/** Orders in SQLite where this Node has it (22 and later), else in memory. */
class SqliteOrders {
  constructor(DatabaseSync, file) {
    this.db = new DatabaseSync(file);
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    this.db.exec(
      'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, cart TEXT, total INTEGER, currency TEXT, lines TEXT, created_at TEXT)',
    );
    this.insert = this.db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)');
    this.byId = this.db.prepare('SELECT * FROM orders WHERE id = ?');
    this.newest = this.db.prepare('SELECT * FROM orders ORDER BY created_at DESC, id LIMIT ?');
  }

  save(order) {
    this.insert.run(order.id, order.cart, order.total, order.currency, JSON.stringify(order.lines), order.createdAt);
  }

  find(id) {
    const row = this.byId.get(id);
    return row && toOrder(row);
  }

  latest(count) {
    return this.newest.all(count).map(toOrder);
  }

  close() {
    this.db.close();
  }
}

class MemoryOrders {
  constructor() {
    this.orders = new Map();
  }

  save(order) {
    this.orders.set(order.id, { ...order, lines: order.lines.map((line) => ({ ...line })) });
  }

  find(id) {
    return this.orders.get(id);
  }

  latest(count) {
    return [...this.orders.values()].slice(-count).reverse();
  }

  close() {
    this.orders.clear();
  }
}

function toOrder(row) {
  return {
    id: row.id,
    cart: row.cart,
    total: Number(row.total),
    currency: row.currency,
    lines: JSON.parse(row.lines),
    createdAt: row.created_at,
  };
}

function openOrders(file) {
  try {
    const { DatabaseSync } = require('node:sqlite');
    return new SqliteOrders(DatabaseSync, file);
  } catch (error) {
    if (error.code !== 'ERR_UNKNOWN_BUILTIN_MODULE') throw error;
    return new MemoryOrders();
  }
}

const orders = openOrders(process.env.SHOP_DATABASE ?? ':memory:');

module.exports = { SqliteOrders, MemoryOrders, openOrders, orders };
