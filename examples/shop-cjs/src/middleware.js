'use strict';

const { Problem } = require('./problem.js');

/** Counts answers by status and remembers the slowest ones. */
function traffic(keep) {
  const byStatus = {};
  const slowest = [];

  function count(request, response, next) {
    const start = performance.now();
    response.on('finish', () => {
      byStatus[response.statusCode] = (byStatus[response.statusCode] ?? 0) + 1;
      const ms = performance.now() - start;
      if (slowest.length < keep || ms > slowest[slowest.length - 1].ms) {
        slowest.push({
          path: request.originalUrl,
          ms,
        });
        slowest.sort((a, b) => b.ms - a.ms);
        slowest.length = Math.min(slowest.length, keep);
      }
    });
    next();
  }

  return {
    count,
    report: () => ({
      byStatus,
      slowest,
    }),
  };
}

function answerProblem(error, request, response, _next) {
  if (error instanceof Problem) {
    response.status(error.status).json({ error: error.message });
    return;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  console.error(`${request.method} ${request.originalUrl} failed: ${message}`);
  response.status(500).json({ error: message });
}

module.exports = { traffic, answerProblem };
