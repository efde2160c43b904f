import { assertEquals } from "@std/assert";
import type { RestartType } from "../../src/supervisor/strategy.ts";
import {
  planRestart,
  type StrategyMember,
} from "../../src/supervisor/strategy.ts";

function member(
  id: string,
  restart: RestartType = "permanent",
  wanted = true,
): StrategyMember {
  return { id, restart, wanted };
}

const five = ["a", "b", "c", "d", "e"].map((id) => member(id));

Deno.test("planRestart() touches only the failed child when oneForOne", () => { // S1
  assertEquals(
    planRestart(five, { strategy: "oneForOne", failed: "b" }),
    { stop: [], start: ["b"], remove: [] },
  );
});

Deno.test("planRestart() stops the others in reverse and starts all when oneForAll", () => { // S2
  assertEquals(
    planRestart(five, { strategy: "oneForAll", failed: "b" }),
    {
      stop: ["e", "d", "c", "a"],
      start: ["a", "b", "c", "d", "e"],
      remove: [],
    },
  );
});

Deno.test("planRestart() stops 5, 4 and starts 3, 4, 5 when restForOne and 3 fails", () => { // S3, S6
  assertEquals(
    planRestart(five, { strategy: "restForOne", failed: "c" }),
    { stop: ["e", "d"], start: ["c", "d", "e"], remove: [] },
  );
});

Deno.test("planRestart() restarts only the last when restForOne and the last fails", () => { // S4
  assertEquals(
    planRestart(five, { strategy: "restForOne", failed: "e" }),
    { stop: [], start: ["e"], remove: [] },
  );
});

Deno.test("planRestart() restarts all when restForOne and the first fails", () => { // S5
  const plan = planRestart(five, { strategy: "restForOne", failed: "a" });
  assertEquals(plan.start, ["a", "b", "c", "d", "e"]);
});

Deno.test("planRestart() removes temporary bystanders of the group alone", () => { // S7
  const children = [
    member("t1", "temporary"),
    member("a"),
    member("t2", "temporary"),
  ];
  assertEquals(
    planRestart(children, { strategy: "restForOne", failed: "a" }),
    { stop: ["t2"], start: ["a"], remove: ["t2"] },
  );
  assertEquals(
    planRestart(children, { strategy: "oneForAll", failed: "a" }),
    { stop: ["t2", "t1"], start: ["a"], remove: ["t1", "t2"] },
  );
});

Deno.test("planRestart() leaves unwanted children stopped", () => { // S8, S9
  const children = [member("a"), member("b", "transient", false)];
  assertEquals(
    planRestart(children, { strategy: "oneForAll", failed: "a" }).start,
    ["a"],
  );
});

Deno.test("planRestart() starts unwanted children when restartStopped", () => { // S8, S9
  const children = [member("a"), member("b", "transient", false)];
  const question = {
    strategy: "oneForAll",
    failed: "a",
    restartStopped: true,
  } as const;
  assertEquals(planRestart(children, question).start, ["a", "b"]);
});
