let n = 1;
exports.count = () => n++;
//# sourceMappingURL=mapped.cjs.map
