// Six downloads on threads of their own, at most three at once over all of them.
import { run, Semaphore, sharedArray, task } from "@troupe/actors";

const fetchOne = task(
  import.meta,
  "fetchOne",
  async (
    url: string,
    slots: Semaphore,
    running: Int32Array,
  ): Promise<[length: number, atOnce: number]> => {
    using _slot = await slots.acquire({ timeout: 10_000 });
    const atOnce = Atomics.add(running, 0, 1) + 1;
    try {
      return [(await (await fetch(url)).text()).length, atOnce];
    } finally {
      Atomics.sub(running, 0, 1);
    }
  },
);

if (import.meta.main) {
  const slots = new Semaphore(3, { max: 3 });
  const running = sharedArray(Int32Array, 1);
  const urls = Deno.args.length > 0
    ? Deno.args
    : [1, 2, 3, 4, 5, 6].map((n) => `data:text/plain,${"x".repeat(n)}`);
  const all = await Promise.all(
    urls.map((url) => run(fetchOne, [url, slots, running])),
  );
  console.log(all.map(([length]) => length)); // [1, 2, 3, 4, 5, 6]
  console.log(all.every(([, atOnce]) => atOnce <= 3)); // true
}
