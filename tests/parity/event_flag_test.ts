/** Flags, as Python's `multiprocessing` promises them. */
import { assert, assertEquals } from "@std/assert";
import { EventFlag, System } from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { waitForFlag } from "./sync_tasks.ts";

Deno.test("wait() for a clear flag says false after its timeout", async () => { // EV01
  const flag = new EventFlag();
  assertEquals(await flag.wait({ timeout: 0 }), false);
  const start = performance.now();
  assertEquals(await flag.wait({ timeout: 20 }), false);
  assertEquals(flag.waitSync({ timeout: 20, onMain: true }), false);
  assert(performance.now() - start >= 38);
});

Deno.test("wait() for a set flag says true at once, until it is cleared", async () => { // EV02
  const flag = new EventFlag();
  flag.set();
  flag.set();
  assertEquals([await flag.wait(), flag.isSet], [true, true]);
  assertEquals(flag.waitSync({ onMain: true }), true);
  flag.clear();
  flag.clear();
  assertEquals(flag.isSet, false);
  assertEquals(await flag.wait({ timeout: 0 }), false);
});

Deno.test("wait() in a thread goes on when another sets the flag", async () => { // EV03
  {
    await using system = new System();
    const flag = new EventFlag();
    const ready = new EventFlag();
    const job = system.run(waitForFlag, [flag, ready]);
    await ready.wait();
    flag.set();
    assertEquals(await job, true);
  }
  await threadsGone();
});

Deno.test("a flag says in text whether it is set", () => { // EV05
  const flag = new EventFlag();
  assertEquals(Deno.inspect(flag), "EventFlag (unset)");
  flag.set();
  assertEquals([`${flag}`, Deno.inspect(flag)], [
    "EventFlag (set)",
    "EventFlag (set)",
  ]);
});
