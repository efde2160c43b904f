// Two threads change one plain number. The lock is given back at the end of the scope, also on a throw.
import { Mutex, run, sharedArray, task } from "@troupe/actors";

const deposit = task(
  import.meta,
  "deposit",
  async (mutex: Mutex, account: Float64Array): Promise<void> => {
    for (let i = 0; i < 1000; i++) {
      using _held = await mutex.lock(); // `_held.ownerDied` tells of a holder that died
      account[0]! += 0.01;
    }
  },
);

if (import.meta.main) {
  const mutex = new Mutex();
  const account = sharedArray(Float64Array, 1);
  await Promise.all([1, 2].map(() => run(deposit, [mutex, account])));
  console.log(account[0]!.toFixed(2)); // 20.00
}
