/** A process that knows the key, and says what it should not. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  System,
  TroupeError,
} from "../../mod.ts";
import { frameOf } from "../../src/connection/frame.ts";
import { pack } from "../../src/connection/freight.ts";
import { ProcessDiedError } from "../../src/process/process_died_error.ts";
import { Forger, type ForgerActor } from "../fixtures/forger.ts";
import { NO_BORDER } from "../fixtures/no_border.ts";
import { SaidLines } from "../fixtures/said_lines.ts";
import { untilDead } from "../fixtures/until_dead.ts";

/** The frame that answers the first ask of an actor: what it has become was the first call. */
const ANSWER = frameOf(pack(NO_BORDER, [2, 2, {
  type: "value",
  value: pack(NO_BORDER, 42, "result"),
}, []], "message"));

const BAD: readonly [what: string, bytes: Uint8Array<ArrayBuffer>][] = [
  ["an empty frame", new Uint8Array(4)],
  ["a frame over the limit", new Uint8Array([255, 255, 255, 255])],
  ["a frame of no message", new Uint8Array([3, 0, 0, 0, 250, 251, 252])],
  ["a call of no name", frameOf(pack(NO_BORDER, [1, 0, "no", []], "message"))],
];

function spawned(system: System): Promise<ActorRef<ForgerActor>> {
  return system.spawn(Forger, [], {
    placement: "process",
    initTimeout: 60_000,
  });
}

function test(name: string, act: (system: System) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using system = new System({ spares: 0, deadLetterLines: 0 });
      await act(system);
    },
  });
}

for (const [what, bytes] of BAD) {
  test(`a process that sends ${what} is cut, and whoever waits for it is told why`, async (system) => {
    const forger = await spawned(system);
    const pid = await forger.ask.pid();
    const patient = forger.with({ timeout: 60_000 });
    const error = await assertRejects(
      () => patient.ask.forgeOnly(bytes),
      ActorCrashedError,
    );
    assert(error.cause instanceof TroupeError, `${error.cause}`);
    assert(/^Cannot (read|handle) a/.test(error.cause.message), `${error}`);
    await untilDead(pid);
  });
}

test("a process that sends garbage is one line in the log, if nobody waits for it", async (system) => {
  const forger = await spawned(system);
  const ended = Promise.withResolvers<void>();
  using said = new SaidLines();
  const error = console.error;
  console.error = (...values: unknown[]) => {
    error(...values);
    ended.resolve();
  };
  forger.tell.forge(BAD[0]![1]);
  await ended.promise;
  await system.close();
  assertEquals(said.lines.length, 1, said.lines.join("\n"));
  assert(said.lines[0]!.includes("Cannot read a frame"), said.lines[0]);
});

test("an answer comes out of a process when it is there as a whole, and never a part of it", async (system) => {
  const honest = await spawned(system);
  assertEquals(await honest.ask.forge(ANSWER), 42);
  for (const cut of [1, 3, 4, 5, ANSWER.length >> 1, ANSWER.length - 1]) {
    const forger = await spawned(system);
    const patient = forger.with({ timeout: 60_000 });
    const error = await assertRejects(
      () => patient.ask.forgeLast(ANSWER.slice(0, cut)),
      ActorCrashedError,
    );
    assert(error.cause instanceof ProcessDiedError, `${cut}: ${error.cause}`);
  }
});
