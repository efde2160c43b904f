// A task of several arguments for each of some lists; the compiler checks the lists.
import { Pool, task } from "@troupe/actors";

const subtract = task(
  import.meta,
  "subtract",
  async (x: number, y: number) => {
    await new Promise((done) => setTimeout(done, 100)); // Pretends to take long.
    return x - y;
  },
);

if (import.meta.main) {
  await using pool = new Pool({ size: 3 });
  console.log(await pool.starmap(subtract, [[1, 1], [9, 8], [4, 2], [3, 0]]));
}
