'use strict';

// Rates and shipping come from another service.
const { TtlCache } = require('./cache.js');
const { Problem } = require('./problem.js');

const service = process.env['PRICES_URL'] ?? 'http://127.0.0.1:8181';

const rates = new TtlCache(2_000);

async function ask(path, body) {
  const response = await fetch(
    service + path,
    body === undefined
      ? undefined
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
  );
  if (!response.ok) throw new Problem(502, `price service answered ${response.status}`);
  return await response.json();
}

/** How much of a currency one euro buys. */
async function rateOf(currency) {
  if (currency === 'EUR') return 1;
  const known = rates.get(currency);
  if (known !== undefined) return known;
  const { rate } = await ask(`/rates/${currency}`);
  return rates.set(currency, rate);
}

async function shippingFor(lines) {
  const { shipping } = await ask('/shipping', { lines });
  return shipping;
}

module.exports = { rates, rateOf, shippingFor };
