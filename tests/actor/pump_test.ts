import { assertEquals } from "@std/assert";
import { Doorbell, ring } from "../../src/channel/doorbell.ts";
import {
  type Expected,
  Pump,
  type Pumped,
} from "../../src/actor/thread/pump.ts";

/** A pump that counts what is put before it. */
class Plant implements Pumped {
  readonly words = new Int32Array(new SharedArrayBuffer(4));
  readonly pump: Pump = new Pump(new Doorbell(this.words, 0), this);
  pending = 0;
  done = 0;
  slices = 0;
  replaced = false;
  expected: Expected = "nothing";
  #emptied: PromiseWithResolvers<void> = Promise.withResolvers();

  work(): number {
    if (this.pending === 0) return 0;
    this.pending--;
    this.done++;
    if (this.pending === 0) this.#emptied.resolve();
    return 1;
  }
  hasWork(): boolean {
    return this.pending > 0;
  }
  expecting(): Expected {
    return this.expected;
  }
  onSlice(): boolean {
    this.slices++;
    return !this.replaced;
  }
  beforePark(): boolean {
    return false;
  }

  /** Publishes work without waking, as another thread does before it rings. */
  publish(count: number): Promise<void> {
    this.pending += count;
    this.#emptied = Promise.withResolvers();
    return this.#emptied.promise;
  }
}

/** Resolves when the pump is parked, which its word shows. */
async function parked(plant: Plant): Promise<void> {
  while (plant.words[0] === 0) await new Promise((r) => setImmediate(r));
}

Deno.test("Pump turns until there is nothing left, then parks", async () => {
  const plant = new Plant();
  const emptied = plant.publish(100);
  plant.pump.wake();
  await emptied;
  assertEquals(plant.done, 100);
  await parked(plant);
  plant.pump.close();
});

Deno.test("Pump goes on when it is rung", async () => {
  const plant = new Plant();
  plant.pump.wake();
  await parked(plant);
  const emptied = plant.publish(3);
  // A park does not keep the program alive; in a system its threads do.
  const alive = setInterval(() => {}, 1_000);
  ring(plant.words, 0);
  await emptied;
  clearInterval(alive);
  assertEquals(plant.done, 3);
  plant.pump.close();
});

Deno.test("Pump returns to the event loop while there is always work", async () => {
  const plant = new Plant();
  void plant.publish(Infinity);
  plant.pump.wake();
  // Timers fire only if the loop lets them.
  while (plant.slices < 3) await new Promise((r) => setTimeout(r, 0));
  plant.pump.close();
  assertEquals(plant.slices >= 3, true);
});

Deno.test("Pump closes when a successor took its place", async () => {
  const plant = new Plant();
  plant.pump.wake();
  await parked(plant);
  plant.replaced = true;
  plant.pending = 1;
  ring(plant.words, 0);
  while (plant.slices === 0) await new Promise((r) => setImmediate(r));
  plant.pump.wake();
  await new Promise((r) => setImmediate(r));
  assertEquals(plant.done, 0);
});
