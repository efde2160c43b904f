/** How a process ends that does not want to: what it sees, and that it does end. */
import { assert, assertEquals } from "@std/assert";
import type { ExitReport } from "../../mod.ts";
import { type ActorRef, System } from "../../mod.ts";
import {
  type Hold,
  Stubborn,
  type StubbornActor,
} from "../fixtures/stubborn.ts";
import { untilDead } from "../fixtures/until_dead.ts";

type StubbornRef = ActorRef<StubbornActor>;

/** How it is ended. */
type End = (stubborn: StubbornRef, pid: number) => Promise<ExitReport>;

const stop: End = (stubborn) => stubborn.stop();
const stopSoon: End = (stubborn) => stubborn.stop("enough", { timeout: 300 });
const kill: End = (stubborn) => stubborn.kill();

/** Stands still first, so that not even the end of its input is seen. */
function frozen(end: End): End {
  return (stubborn, pid) => {
    Deno.kill(pid, "SIGSTOP");
    return end(stubborn, pid);
  };
}

/** What holds it, how it is ended, how that is reported, and what it said of what it saw. */
const ENDS: readonly [
  hold: Hold,
  how: string,
  end: End,
  kind: ExitReport["kind"],
  saw: readonly string[],
][] = [
  ["nothing", "stop()", stop, "stopped", ["onStop"]],
  ["handler", "stop() and its deadline", stopSoon, "killed", []],
  ["onStop", "stop() and its deadline", stopSoon, "killed", ["onStop"]],
  ["unload", "stop()", stop, "stopped", ["onStop"]],
  ["exit", "stop()", stop, "stopped", ["onStop", "SIGTERM"]],
  ["handler", "kill()", kill, "killed", []],
  ["nothing", "SIGSTOP and stop()", frozen(stopSoon), "killed", []],
  ["nothing", "SIGSTOP and kill()", frozen(kill), "killed", []],
];

for (const [hold, how, end, kind, saw] of ENDS) {
  Deno.test({
    name:
      `a process that heeds no signal and holds on to ${hold} ends by ${how}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const said: string[] = [];
      await using system = new System({
        spares: 0,
        deadLetterLines: 0,
        onOutput: ({ text }) => void said.push(text),
      });
      const stubborn = await system.spawn(Stubborn, [hold], {
        placement: "process",
        initTimeout: 60_000,
      });
      const pid = await stubborn.ask.pid();
      for (const signal of ["SIGINT", "SIGHUP"] as const) {
        Deno.kill(pid, signal);
      }
      while (said.length < 2) await stubborn.ask.pid();
      assertEquals(said.splice(0).sort(), ["SIGHUP", "SIGINT"]);
      stubborn.tell.work();
      const report = await end(stubborn, pid);
      assertEquals(report.kind, kind);
      await untilDead(pid);
      // Of one that is killed the last lines may be missing.
      if (kind === "stopped") assertEquals(said, saw);
      else assert(said.every((line) => saw.includes(line)), said.join());
    },
  });
}
