import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { CartLine } from './cart.ts';

export interface Order {
  id: string;
  cart: string;
  total: number;
  currency: string;
  lines: CartLine[];
  createdAt: string;
}

/** Orders on disk (or in memory, when no file is named). */
export class OrderStore {
  private readonly db: DatabaseSync;
  private readonly insert: StatementSync;
  private readonly byId: StatementSync;
  private readonly newest: StatementSync;

  constructor(file: string) {
    this.db = new DatabaseSync(file);
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    this.db.exec(
      'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, cart TEXT, total INTEGER, currency TEXT, lines TEXT, created_at TEXT)',
    );
    this.insert = this.db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)');
    this.byId = this.db.prepare('SELECT * FROM orders WHERE id = ?');
    this.newest = this.db.prepare('SELECT * FROM orders ORDER BY created_at DESC, id LIMIT ?');
  }

  save(order: Order): void {
    this.insert.run(order.id, order.cart, order.total, order.currency, JSON.stringify(order.lines), order.createdAt);
  }

  find(id: string): Order | undefined {
    const row = this.byId.get(id);
    return row && toOrder(row);
  }

  latest(count: number): Order[] {
    return this.newest.all(count).map(toOrder);
  }

  close(): void {
    this.db.close();
  }
}

function toOrder(row: Record<string, unknown>): Order {
  return {
    id: String(row['id']),
    cart: String(row['cart']),
    total: Number(row['total']),
    currency: String(row['currency']),
    lines: JSON.parse(String(row['lines'])),
    createdAt: String(row['created_at']),
  };
}

export const orders = new OrderStore(process.env['SHOP_DATABASE'] ?? ':memory:');
