// A bounded queue on one thread: order, size, and what cannot be sent.
import { Queue } from "@troupe/actors";

using q = new Queue<unknown>({ capacity: 4 });
await q.put(true);
await q.put([0, null, { deep: "copy" }]);
console.log(q.size, await q.take(), await q.take(), q.size); // 2 true [...] 0
try {
  q.tryPut(() => 1);
} catch (e) {
  console.log((e as Error).name);
} // DataCloneError, at the call
