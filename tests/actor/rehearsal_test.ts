import { rehearse } from "../../src/actor/thread/rehearsal.ts";

Deno.test("rehearse() plays a life to its end and leaves nothing behind", async () => {
  await rehearse();
});

Deno.test("rehearse() can be played by several at once", async () => {
  await Promise.all([rehearse(), rehearse()]);
});
