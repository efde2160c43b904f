import { assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { InvalidOptionError } from "../../mod.ts";
import { ActorTimers } from "../../src/actor/timers.ts";

/** An actor that has its turn when the test says so. */
class Host {
  readonly due: (() => unknown)[] = [];
  busy = false;
  readonly timers: ActorTimers = new ActorTimers({
    inTurn: (notice) => this.due.push(notice),
    quiet: () => !this.busy,
    now: () => Date.now(),
  });

  /** Gives it all the turns that are due. */
  async turn(): Promise<void> {
    for (const notice of this.due.splice(0)) await notice();
  }
}

/** When something went off, from the beginning of the test. */
function log(): { at: number[]; go: () => void } {
  const start = Date.now();
  const at: number[] = [];
  return { at, go: () => void at.push(Date.now() - start) };
}

// M41
Deno.test("Timers.after() goes off at its time, in the actor's turn, once", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  const timer = host.timers.after(100, go);
  time.tick(99);
  assertEquals([host.due.length, timer.active], [0, true]);
  time.tick(1);
  assertEquals([host.due.length, at, timer.active], [1, [], true]);
  await host.turn();
  assertEquals([at, timer.active, timer.cancel()], [[100], false, false]);
  time.tick(1_000);
  assertEquals(host.due.length, 0);
});

// M41
Deno.test("Timers.after() never goes off when it is cancelled, also when it is due", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  const early = host.timers.after(10, go);
  assertEquals(early.cancel(), true);
  const late = host.timers.after(10, go);
  {
    using _scoped = host.timers.after(10, go);
  }
  time.tick(10);
  assertEquals(host.due.length, 1);
  assertEquals([late.cancel(), late.cancel()], [true, false]);
  await host.turn();
  assertEquals(at, []);
});

// M42
Deno.test("Timers.after() replaces the timer of its key, also when that is due", async () => {
  using time = new FakeTime();
  const host = new Host();
  const seen: string[] = [];
  const first = host.timers.after(10, () => seen.push("first"), { key: "a" });
  host.timers.after(10, () => seen.push("other"), { key: "b" });
  time.tick(10);
  host.timers.after(5, () => seen.push("second"), { key: "a" });
  assertEquals(first.active, false);
  await host.turn();
  time.tick(5);
  await host.turn();
  assertEquals(seen, ["other", "second"]);
});

// M43 S99
Deno.test("ActorTimers.close() cancels all, and those that are set later", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  host.timers.after(0, go);
  host.timers.every(1, go);
  host.timers.idle(1, go);
  time.tick(5);
  host.timers.close();
  assertEquals(host.timers.after(0, go).active, false);
  time.tick(5);
  await host.turn();
  assertEquals(at, []);
});

// M45
Deno.test("Timers.every() with a fixed delay begins to count when the call before has ended", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  let end = Promise.withResolvers<void>();
  const timer = host.timers.every(100, (missed) => {
    assertEquals(missed, 0);
    go();
    return end.promise;
  });
  time.tick(100);
  const first = host.turn();
  await time.tickAsync(70);
  assertEquals(at, [100]);
  end.resolve();
  await first;
  end = Promise.withResolvers();
  end.resolve();
  time.tick(99);
  assertEquals(host.due.length, 0);
  time.tick(1);
  await host.turn();
  assertEquals(at, [100, 270]);
  timer.cancel();
  time.tick(500);
  assertEquals(host.due.length, 0);
});

// M45
Deno.test("Timers.every() at a fixed rate keeps its times, whatever the calls take", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  const told: number[] = [];
  let end = Promise.withResolvers<void>();
  host.timers.every(100, (missed) => {
    told.push(missed);
    go();
    return end.promise;
  }, { fixed: "rate" });
  time.tick(100);
  const first = host.turn();
  await time.tickAsync(70);
  end.resolve();
  await first;
  time.tick(30);
  end = Promise.withResolvers();
  const second = host.turn();
  assertEquals(at, [100, 200]);
  // Those due at 300 and 400 are left out, and the call at 500 is told so.
  await time.tickAsync(250);
  end.resolve();
  await second;
  assertEquals(host.due.length, 0);
  time.tick(50);
  await host.turn();
  assertEquals([at, told], [[100, 200, 500], [0, 0, 2]]);
  host.timers.close();
});

Deno.test("Timers.every() goes on after a call that was refused, and counts nothing twice", async () => {
  using time = new FakeTime();
  const host = new Host();
  for (const fixed of ["rate", "delay"] as const) {
    let count = 0;
    const timer = host.timers.every(10, () => {
      if (++count === 1) throw new RangeError("Once");
    }, { fixed });
    time.tick(10);
    assertThrows(() => host.due.shift()!(), RangeError);
    time.tick(10);
    await host.turn();
    assertEquals(count, 2);
    timer.cancel();
  }
});

// M44
Deno.test("Timers.idle() goes off when nothing was handled for its time, once for each message", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  host.timers.idle(100, go);
  time.tick(60);
  host.timers.handled();
  time.tick(99);
  assertEquals(host.due.length, 0);
  time.tick(1);
  await host.turn();
  time.tick(1_000);
  assertEquals([at, host.due.length], [[160], 0]);
  host.timers.handled();
  time.tick(100);
  await host.turn();
  assertEquals(at, [160, 1_260]);
  host.timers.close();
});

// M44
Deno.test("Timers.idle() overtakes no message, also with 0 milliseconds", async () => {
  using time = new FakeTime();
  const host = new Host();
  const { at, go } = log();
  host.busy = true;
  host.timers.idle(0, go);
  time.tick(20);
  assertEquals(host.due.length, 0);
  host.busy = false;
  host.timers.handled();
  time.tick(0);
  // A message came before its turn.
  host.busy = true;
  await host.turn();
  assertEquals(at, []);
  host.busy = false;
  host.timers.handled();
  time.tick(0);
  await host.turn();
  assertEquals(at, [20]);
  // Setting it again replaces it.
  const old = host.timers.idle(5, go);
  host.timers.idle(7, go);
  assertEquals(old.active, false);
  host.timers.close();
});

Deno.test("Timers refuse times that no timer can wait", () => {
  const { timers } = new Host();
  for (const ms of [-1, NaN, 2 ** 31]) {
    assertThrows(() => timers.after(ms, () => {}), InvalidOptionError);
    assertThrows(() => timers.idle(ms, () => {}), InvalidOptionError);
  }
  assertThrows(() => timers.every(0, () => {}), InvalidOptionError);
  assertThrows(
    () => timers.every(1, () => {}, { fixed: "speed" as "rate" }),
    InvalidOptionError,
    `current value is "speed"`,
  );
});
