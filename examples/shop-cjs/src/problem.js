'use strict';

/** Something the customer can be told; everything else becomes a 500. */
class Problem extends Error {
  status;

  constructor(status, message) {
    super(message);
    this.name = 'Problem';
    this.status = status;
  }
}

const notFound = (what) => new Problem(404, `${what} not found`);
const soldOut = (sku) => new Problem(409, `${sku} is sold out`);

module.exports = { Problem, notFound, soldOut };
