/** Prints how many errors of a Manager are still held after they were handled; needs `--expose-gc`. */
import { Manager, System } from "../../mod.ts";
import { credit } from "../fixtures/manager_tasks.ts";
import { Ledger } from "./manager_tasks.ts";

/** The error of a call, which nobody else holds. */
async function handled(call: () => Promise<unknown>): Promise<WeakRef<object>> {
  try {
    await call();
  } catch (error) {
    return new WeakRef(error as object);
  }
  throw new Error("It did not fail");
}

if (import.meta.main) {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const accounts = manager.map<string, number>("accounts");
  const ledger = await manager.custom("ledger", Ledger);
  const errors = [
    await handled(() => accounts.reduce("a", credit, [-1], 0)),
    await handled(() => ledger.ask.fail()),
    await handled(() => manager.queue("q").take({ timeout: 1 })),
  ];
  // A WeakRef holds on until the turn in which it was made is over.
  await new Promise((resolve) => setTimeout(resolve, 0));
  (globalThis as unknown as { gc(): void }).gc();
  const held = errors.filter((error) => error.deref() !== undefined).length;
  console.log(JSON.stringify({ made: errors.length, held }));
}
