// initializer, initargs, maxtasksperchild; and a second try when a worker dies.
import { Pool, task } from "@troupe/actors";

let locale = "en";
const setup = task(import.meta, "setup", (wanted: string) => {
  locale = wanted;
});
const format = task(
  import.meta,
  "format",
  (n: number) => n.toLocaleString(locale),
);

if (import.meta.main) {
  await using pool = new Pool({
    size: 1,
    init: setup,
    initArgs: ["de"],
    maxTasksPerWorker: 2,
    retries: 1,
  });
  console.log(await pool.map(format, [1234.5, 9876.5, 0.5, 1e6]));
  console.log(pool.stats().started, "workers");
}
