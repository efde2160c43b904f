// Processes: what never ends is killed for certain, what needs too much memory dies alone, and permissions are their own.
import { Pool, task } from "@troupe/actors";

const square = task(import.meta, "square", (x: number) => x * x);

const mayRead = task(
  import.meta,
  "mayRead",
  () => Deno.permissions.querySync({ name: "read" }).state === "granted",
);

const forEver = task(import.meta, "forEver", (): void => {
  while (true);
});

if (import.meta.main) {
  await using pool = new Pool({
    size: 2,
    placement: "process",
    permissions: "none",
    process: { maxMemoryMb: 64 },
    initTimeout: 30_000,
  });
  console.log(await pool.map(square, [1, 2, 3])); // [ 1, 4, 9 ]
  console.log(await pool.run(mayRead, [])); // false
  const endless = pool.run(forEver, [], { timeout: 500 });
  await endless.catch((error) => console.log(error.name)); // TimeoutError
  console.log(await pool.run(square, [4])); // 16
}
