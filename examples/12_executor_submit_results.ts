// ThreadPoolExecutor(4).submit(...) and result(), on threads that run at the same time.
import { Pool, task } from "@troupe/actors";

const double = task(import.meta, "double", (n: number) => n * 2);

if (import.meta.main) {
  await using pool = new Pool({ size: 4 });
  const jobs = Array.from({ length: 10 }, (_, i) => pool.run(double, [i]));
  console.log((await Promise.all(jobs)).join(" "));
}
