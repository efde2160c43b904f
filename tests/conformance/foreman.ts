/** An actor that has tasks done by others: by a pool of its own, or each on a thread of its own. */
import type { ActorClass } from "../../mod.ts";
import { actor, run } from "../../src/actor/mod.ts";
import { Pool } from "../../src/pool/mod.ts";
import { misbehave, square } from "../fixtures/pool_tasks.ts";
import { goIn, overtake } from "../fixtures/router_tasks.ts";
import { SharedWord } from "./shared_word.ts";

/** What a {@link Foreman} answers. */
export class ForemanActor {
  /** Has numbers squared, by a pool and by a thread; awaits both. */
  async squares(x: number): Promise<number[]> {
    await using pool = new Pool({ size: 1 });
    return [await pool.run(square, [x]), await run(square, [x])];
  }

  /** Has `count` tasks go in, two at once; returns the results, in their order. */
  async goIn(words: Int32Array, count: number): Promise<number[]> {
    await using pool = new Pool({ size: 2 });
    const inputs = Array.from(
      { length: count },
      (_, at): [Int32Array, number, number] => [words, at, 2],
    );
    const got: number[] = [];
    for await (const at of pool.stream(goIn, inputs, { chunk: 1 })) {
      got.push(at);
    }
    return got;
  }

  /** Has two tasks run of which the second ends first, unordered before the first can; returns the results as they come. */
  async overtake(words: Int32Array, ordered: boolean): Promise<number[]> {
    await using pool = new Pool({ size: 2 });
    const inputs = [0, 1].map((
      at,
    ): [Int32Array, number, boolean] => [words, at, ordered]);
    const got: number[] = [];
    const results = pool.stream(overtake, inputs, { ordered, chunk: 1 });
    for await (const at of results) {
      got.push(at);
      new SharedWord(words.subarray(3, 4)).set(1);
    }
    return got;
  }

  /** Leaves the loop at the first result; returns what the pool had read by then, and what it has open after. */
  async leave(words: Int32Array): Promise<[number, number, boolean]> {
    await using pool = new Pool({ size: 1 });
    let read = 0;
    let closed = false;
    function* inputs(): Generator<[Int32Array, number, number]> {
      try {
        for (;;) yield [words, read++, 0];
      } finally {
        closed = true;
      }
    }
    const options = { chunk: 1, readAhead: 4 };
    for await (const _ of pool.stream(goIn, inputs(), options)) break;
    return [read, pool.stats().pending, closed];
  }

  /** Starts a task that ends its thread; returns how often that was told, and how it ended. */
  async loseOne(how: "run" | "pool"): Promise<[number, string, string]> {
    await using pool = new Pool({ size: 1 });
    const job = how === "run"
      ? run(misbehave, ["exit"])
      : pool.run(misbehave, ["exit"]);
    let told = 0;
    let name = "";
    job.catch((error) => {
      told++;
      name = (error as Error).name;
    });
    const { kind } = await job.exited;
    await pool.run(square, [1]);
    return [told, name, kind];
  }
}

/** See {@link ForemanActor}. */
export const Foreman: ActorClass<[], ForemanActor> = actor(
  import.meta,
  "Foreman",
  ForemanActor,
);
