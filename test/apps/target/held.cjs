// Its only function is never called by the app: whoever writes its variables has to enter it, and must not run it.
const fixed = 1;
let loose = 1;
exports.never = function () {
  globalThis.bodyRan = true;
  return fixed + loose;
};
