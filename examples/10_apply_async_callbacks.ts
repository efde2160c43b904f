// apply_async(..., callback, error_callback): a job is a promise.
import { Pool, task } from "@troupe/actors";

const parse = task(
  import.meta,
  "parse",
  (text: string) => JSON.parse(text) as unknown,
);

if (import.meta.main) {
  await using pool = new Pool({ size: 2 });
  const good = pool.run(parse, ["[1]"]).then((value) => ["value", value]);
  const bad = pool.run(parse, ["oops"]).catch((error) => [
    "error",
    error.name,
    error.stack.includes("10_apply_async_callbacks.ts"), // Where it was thrown.
  ]);
  console.log(await good, await bad);
}
