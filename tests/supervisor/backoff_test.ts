import { assertEquals } from "@std/assert";
import {
  backoffDelay,
  failuresAfter,
  fillBackoff,
} from "../../src/supervisor/backoff.ts";

Deno.test("fillBackoff() fills in the defaults", () => { // S34, S39
  assertEquals(fillBackoff(), {
    minMs: 50,
    maxMs: 30_000,
    randomFactor: 0.2,
    resetAfterMs: 15_025,
  });
});

Deno.test("backoffDelay() doubles from min to max", () => { // S37
  const backoff = fillBackoff({
    minMs: 3_000,
    maxMs: 30_000,
    randomFactor: 0,
  });
  assertEquals(
    [0, 1, 2, 3, 4, 5].map((failures) => backoffDelay(failures, backoff)),
    [3_000, 6_000, 12_000, 24_000, 30_000, 30_000],
  );
});

Deno.test("backoffDelay() adds nothing when the random factor is 0", () => { // S38
  const backoff = fillBackoff({ minMs: 100, randomFactor: 0 });
  assertEquals(backoffDelay(0, backoff, 0.9), 100);
});

Deno.test("backoffDelay() adds between 0 and factor times the delay", () => { // S38
  const backoff = fillBackoff({ minMs: 100, maxMs: 100, randomFactor: 0.5 });
  assertEquals(
    [0, 0.5, 1].map((random) => backoffDelay(3, backoff, random)),
    [100, 125, 150],
  );
});

Deno.test("backoffDelay() stays at max for any number of failures", () => { // S37
  const backoff = fillBackoff({ minMs: 1, maxMs: 1_000, randomFactor: 0 });
  assertEquals(backoffDelay(100_000, backoff), 1_000);
});

Deno.test("backoffDelay() is 0 for ever when min is 0", () => {
  const backoff = fillBackoff({ minMs: 0, randomFactor: 0 });
  assertEquals(backoffDelay(5_000, backoff), 0);
});

Deno.test("failuresAfter() starts anew when the child was up for resetAfterMs", () => { // S39
  const backoff = fillBackoff({ minMs: 100, maxMs: 300 });
  assertEquals(
    [0, 199, 200, 201].map((upMs) => failuresAfter(4, upMs, backoff)),
    [4, 4, 0, 0],
  );
});

Deno.test("failuresAfter() keeps counting starts that failed when resetAfterMs is 0", () => { // S41
  assertEquals(failuresAfter(2, 0, fillBackoff({ resetAfterMs: 0 })), 2);
});
