import { assert } from "@std/assert";
import { rehearse } from "../../src/actor/thread/rehearsal.ts";

Deno.test("rehearse() plays a life to its end", async () => {
  await rehearse(() => false);
});

Deno.test("rehearse() keeps two lives on one thread apart", async () => {
  await Promise.all([rehearse(() => false), rehearse(() => false)]);
});

Deno.test("rehearse() is cut short when the thread has a life of its own", async () => {
  let looks = 0;
  await rehearse(() => ++looks === 3);
  assert(looks === 3, `it went on for ${looks} scenes`);
});
