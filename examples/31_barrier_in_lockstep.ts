// Five threads work in rounds: nobody begins a round before all have ended the one before.
import { Barrier, run, task } from "@troupe/actors";

const phase = task(
  import.meta,
  "phase",
  async (barrier: Barrier): Promise<number> => {
    let led = 0;
    for (let round = 0; round < 10; round++) {
      const index = await barrier.wait({ timeout: 5_000 });
      if (index === 0) led++;
    }
    return led;
  },
);

if (import.meta.main) {
  const barrier = new Barrier(5);
  const led = await Promise.all(
    Array.from({ length: 5 }, () => run(phase, [barrier])),
  );
  console.log(led.reduce((sum, n) => sum + n)); // 10: one led each round
}
