/** Something the customer can be told; everything else becomes a 500. */
export class Problem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
  }
}

export const notFound = (what: string): Problem => new Problem(404, `${what} not found`);
export const soldOut = (sku: string): Problem => new Problem(409, `${sku} is sold out`);
