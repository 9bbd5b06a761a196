// CommonJS: exports are properties, and importers keep what they took out of them in constants.
function shipping(weight) {
  return weight * 5;
}
exports.shipping = shipping;
exports.rates = { base: 1 };
