import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  asCompleted,
  type Context,
  InvalidOptionError,
  Manager,
  monitor,
  Registry,
  settleFirst,
  supervise,
  System,
  watch,
} from "../../mod.ts";
import { ActorTimers } from "../../src/actor/timers.ts";
import { Ledger, square } from "../fixtures/ledger.ts";

/** The error of a call that must be refused, by a throw or a rejection. */
async function refusalOf(call: () => unknown): Promise<InvalidOptionError> {
  try {
    await call();
  } catch (error) {
    assertInstanceOf(error, InvalidOptionError);
    return error;
  }
  throw new Error("Expected a refusal");
}

/** What nobody must be asked for when the door is shut. */
const NOBODY = {
  inTurn: (): void => {},
  quiet: (): boolean => true,
  now: (): number => 0,
};

Deno.test("Whatever is started by a misspelt option does not start, and does not compile", async () => { // S57
  await using system = new System({ spares: 0 });
  const calls: [string, () => unknown][] = [
    // @ts-expect-error spares is meant
    ["spare", () => new System({ spare: 1 })],
    // @ts-expect-error not a number
    ["spares", () => new System({ spares: "1" })],
    // @ts-expect-error no object
    ["options", () => new System(5)],
    // @ts-expect-error concurrency is meant
    ["concurency", () => system.spawn(Ledger, [1], { concurency: 2 })],
    // @ts-expect-error hangMs is meant
    ["hangms", () => system.spawn(Ledger, [1], { hangms: 100 })],
    // @ts-expect-error not a number
    ["hangMs", () => system.spawn(Ledger, [1], { hangMs: "100" })],
    // @ts-expect-error not a number
    ["initTimeout", () => system.spawn(Ledger, [1], { initTimeout: "1" })],
    // @ts-expect-error no object
    ["options", () => system.spawn(Ledger, [1], null)],
    // @ts-expect-error no object
    ["mailbox", () => system.spawn(Ledger, [1], { mailbox: 16 })],
    [
      "mailbox.size",
      // @ts-expect-error capacity is meant
      () => system.spawn(Ledger, [1], { mailbox: { size: 16 } }),
    ],
    // @ts-expect-error an array is meant
    ["transfer", () => system.spawn(Ledger, [1], { transfer: 5 })],
    // @ts-expect-error buffers are meant
    ["transfer", () => system.spawn(Ledger, [1], { transfer: [5] })],
    // @ts-expect-error initTimeout is meant
    ["timeout", () => system.run(square, [1], { timeout: 100 })],
    // @ts-expect-error name is meant
    ["names", () => system.run(square, [1], { names: "n" })],
    // @ts-expect-error system is meant
    ["systems", () => Manager.start({ systems: system })],
    // @ts-expect-error system is meant
    ["systems", () => Registry.start({ systems: system })],
    // @ts-expect-error maxRestarts is meant
    ["maxRestart", () => supervise({ children: [], maxRestart: 3 }, system)],
    [
      "shutdown",
      () =>
        supervise({
          // @ts-expect-error shutdownMs is meant
          children: [{ id: "l", actor: Ledger, args: [1], shutdown: 5 }],
        }, system),
    ],
    [
      "hangMS",
      () =>
        supervise({
          children: [
            { id: "good", actor: Ledger, args: [1] },
            // @ts-expect-error hangMs is meant
            { id: "l", actor: Ledger, args: [1], options: { hangMS: 5 } },
          ],
        }, system),
    ],
  ];
  for (const [option, call] of calls) {
    assertEquals((await refusalOf(call)).option, option);
  }
  assertEquals(system.tree(), []);
});

Deno.test("Whatever is done by a misspelt option is not done, and does not compile", async () => { // S57
  await using system = new System();
  await using tree = await supervise({
    template: { actor: Ledger, args: [1] },
  }, system);
  await using registry = await Registry.start({ system });
  const ledger = await system.spawn(Ledger, [1]);
  const timers: Pick<Context, "after" | "every" | "idle"> = new ActorTimers(
    NOBODY,
  );
  const calls: [string, () => unknown][] = [
    // @ts-expect-error timeout is meant
    ["timeoutMs", () => ledger.with({ timeoutMs: 1 }).ask.add(5)],
    // @ts-expect-error drain is meant
    ["draining", () => ledger.stop("over", { draining: true })],
    // @ts-expect-error no object
    ["options", () => ledger.stop("over", 5)],
    // @ts-expect-error onRestart is meant
    ["onRestarts", () => watch(ledger, () => {}, { onRestarts: () => {} })],
    // @ts-expect-error a function is meant
    ["onRestart", () => monitor(ledger, () => {}, { onRestart: 5 })],
    // @ts-expect-error timeout is meant
    ["timeoutMs", () => asCompleted([], { timeoutMs: 5 }).next()],
    // @ts-expect-error not a number
    ["timeout", () => settleFirst([], "all", { timeout: "5" })],
    // @ts-expect-error capacity is meant
    ["size", () => registry.subscribe("news", { size: 5 })],
    // @ts-expect-error id is meant
    ["name", () => tree.startChild([], { name: "x" })],
    // @ts-expect-error key is meant
    ["name", () => timers.after(5, () => {}, { name: "x" })],
    // @ts-expect-error fixed is meant
    ["fix", () => timers.every(5, () => {}, { fix: "rate" })],
    // @ts-expect-error a function is meant
    ["callback", () => timers.idle(5, "later")],
    // @ts-expect-error not a number
    ["ms", () => timers.after("5", () => {})],
    // @ts-expect-error timeoutMs is meant
    ["timeout", () => system.close({ timeout: 5 })],
    ["timeoutMs", () => system.close({ timeoutMs: NaN })],
  ];
  for (const [option, call] of calls) {
    assertEquals((await refusalOf(call)).option, option);
  }
  assertEquals(await ledger.ask.add(1), 2);
  assertEquals(tree.counts().specs, 0);
});
