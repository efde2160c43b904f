/**
 * Whether the main thread stays awake while actors start and answer.
 *
 * @module
 */
import { System } from "../../mod.ts";
import { AnswererActor } from "./answerer_actor.ts";
import { answersOf } from "./raw_order.ts";
import { settle } from "./settle.ts";
import { longestStall } from "./stall.ts";
import {
  expectResult,
  oursAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

const ACTORS = 8;
const ASKS = 1_000;
const ASKS_EACH = ASKS / ACTORS;

/** Asks each of them in turn, all at the same time; `ask` is one round trip. */
async function askAll(
  asks: readonly ((value: number) => Promise<number>)[],
): Promise<void> {
  const sums = await Promise.all(asks.map(async (ask) => {
    let sum = 0;
    for (let i = 0; i < ASKS_EACH; i++) sum += await ask(i);
    return sum;
  }));
  const total = sums.reduce((a, b) => a + b, 0);
  expectResult("the sum of answers", total, ACTORS * answersOf(ASKS_EACH));
}

function openOurs(): Trial {
  const system = new System({ spares: ACTORS });
  return {
    async round() {
      await settle(system);
      await using refs = new AsyncDisposableStack();
      return await longestStall(async () => {
        const started = await Promise.all(
          Array.from({ length: ACTORS }, () => system.spawn(AnswererActor, [])),
        );
        for (const ref of started) refs.use(ref);
        await askAll(started.map((ref) => (value) => ref.ask.answer(value)));
      });
    },
    close: () => system.close(),
  };
}

/** The same done by hand: the main thread makes its workers and asks them by `postMessage`. */
class RawAnswerer implements Disposable {
  readonly #worker = new Worker(
    new URL("./raw_answerer.ts", import.meta.url),
    { type: "module" },
  );

  ask(value: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => reject(new Error(event.message));
      this.#worker.postMessage(value);
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

export type {} from "./raw_answerer.ts";

function openRaw(): Trial {
  return {
    async round() {
      await settle();
      using workers = new DisposableStack();
      return await longestStall(() => {
        const started = Array.from(
          { length: ACTORS },
          () => workers.use(new RawAnswerer()),
        );
        return askAll(started.map((one) => (value) => one.ask(value)));
      });
    },
    close: () => {},
  };
}

/** Longest stall of the main thread while it starts actors and asks them. */
export const mainStall: Subject = {
  name: "main-stall",
  about:
    `longest time that main was kept busy while ${ACTORS} actors start on warm spares and answer ${ASKS} asks`,
  unit: "ms",
  better: "lower",
  ours: { open: openOurs },
  peers: [{
    name: `raw ${ACTORS} × new Worker on main`,
    bar: oursAtMost(5, "≤ 5 ms"),
    contender: { open: openRaw },
  }],
};
