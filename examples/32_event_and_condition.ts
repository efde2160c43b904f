// A thread waits for a flag, then counts; the main one is told of each step and goes on when there were four.
import { Condition, EventFlag, run, SharedValue, task } from "@troupe/actors";

const counter = task(
  import.meta,
  "counter",
  async (
    go: EventFlag,
    changed: Condition,
    n: SharedValue<"i32">,
  ): Promise<void> => {
    await go.wait();
    for (let i = 0; i < 4; i++) {
      using _held = await changed.lock();
      n.add(1);
      changed.notifyAll();
    }
  },
);

if (import.meta.main) {
  const go = new EventFlag();
  const changed = new Condition();
  const n = new SharedValue("i32", 0);
  await using _counting = run(counter, [go, changed, n]);
  go.set();
  using _held = await changed.lock();
  console.log(await changed.until(() => n.value === 4, { timeout: 10_000 })); // true
}
