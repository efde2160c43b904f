import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type ActorRef,
  type Down,
  InvalidOptionError,
  monitor,
  System,
  type Task,
  task,
  watch,
} from "../../mod.ts";
import { coreIn } from "../../src/actor/ref.ts";
import { ENDPOINT } from "../../src/memory/endpoints.ts";
import { Ledger } from "../fixtures/ledger.ts";

// M28
Deno.test("watch() tells of an end when the address is free for another actor", async () => {
  await using system = new System({ spares: 2 });
  for (const end of ["boom", "stop"] as const) {
    const ledger = await system.spawn(Ledger, [0]);
    const { isolate: { table }, address } = coreIn(ledger)!;
    const life = await new Promise<number>((resolve) => {
      watch(
        ledger,
        () => resolve(table.get(address.endpoint, ENDPOINT.LIFE)),
      );
      if (end === "boom") ledger.tell.boom();
      else void ledger.stop();
    });
    assertEquals(life, address.life + 1);
    assertEquals(system.tree(), []);
  }
});

/** Waits for the end of an actor in a task. */
export const outlive: Task<[ActorRef<unknown>], Promise<string>> = task(
  import.meta,
  "outlive",
  async (ref: ActorRef<unknown>) =>
    (await new Promise<Down>((resolve) => watch(ref, resolve))).report.kind,
);

Deno.test("watch() works in a task, which handles no messages", async () => {
  await using system = new System({ spares: 2 });
  const ledger = await system.spawn(Ledger, [0]);
  const job = system.run(outlive, [ledger]);
  await ledger.stop();
  assert(["stopped", "lost"].includes(await job));
});

Deno.test("watch() tells of the end of the system", async () => {
  const downs: string[] = [];
  {
    await using system = new System();
    const ledger = await system.spawn(Ledger, [0], { name: "books" });
    watch(
      ledger,
      ({ ref, report }) => downs.push(`${ref.name} ${report.kind}`),
    );
  }
  await Promise.resolve();
  assertEquals(downs, ["books stopped"]);
});

for (const wrong of [undefined, "books", { id: 1 }]) {
  Deno.test(`watch() and monitor() refuse ${Deno.inspect(wrong)} for a ref`, () => {
    const ref = wrong as unknown as ActorRef<unknown>;
    assertThrows(() => watch(ref, () => {}), InvalidOptionError, "ref");
    assertThrows(() => monitor(ref, () => {}), InvalidOptionError, "ref");
  });
}

Deno.test("watch() and monitor() refuse a handler that is no function", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0]);
  const handler = undefined as unknown as () => void;
  assertThrows(() => watch(ledger, handler), InvalidOptionError, "handler");
  assertThrows(() => monitor(ledger, handler), InvalidOptionError, "handler");
});
