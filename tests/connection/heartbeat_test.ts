import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Heartbeat } from "../../src/connection/heartbeat.ts";

Deno.test("Heartbeat beats, and is lost once when nothing came for four beats", () => {
  using time = new FakeTime();
  const seen: string[] = [];
  const heartbeat = new Heartbeat(
    100,
    () => seen.push("beat"),
    () => seen.push("lost"),
  );
  time.tick(300);
  assertEquals(seen, ["beat", "beat", "beat"]);
  heartbeat.heard();
  time.tick(300);
  assertEquals(seen.length, 6);
  time.tick(1_000);
  assertEquals(seen.slice(6), ["lost"]);
  heartbeat.end();
});

Deno.test("Heartbeat never beats when its time is 0, nor after its end", () => {
  using time = new FakeTime();
  const seen: string[] = [];
  const beat = () => void seen.push("beat");
  const none = new Heartbeat(0, beat, beat);
  const ended = new Heartbeat(100, beat, beat);
  ended.end();
  time.tick(10_000);
  assertEquals(seen, []);
  none.end();
});
