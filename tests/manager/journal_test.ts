import { assert, assertEquals, assertThrows } from "@std/assert";
import { Refusal } from "../../mod.ts";
import { Draft } from "../../src/manager/draft.ts";
import type { Effect } from "../../src/manager/effect.ts";
import { Journal } from "../../src/manager/journal.ts";
import { State } from "../../src/manager/state.ts";
import { seeded } from "../supervisor/seeded.ts";

const STATE_BYTES = 65_536;

/** A state with a journal, as a Manager has them. */
class Kept {
  readonly state: State = new State();
  readonly #journal: Journal;

  constructor(
    readonly memory: SharedArrayBuffer = Journal.memory(STATE_BYTES),
  ) {
    this.#journal = new Journal(memory, this.state);
  }

  write(make: (draft: Draft) => void): void {
    const draft = new Draft(this.state);
    make(draft);
    this.commit(draft.effects);
  }

  commit(effects: readonly Effect[]): void {
    this.#journal.keep(effects);
    for (const effect of effects) this.state.apply(effect);
  }

  /** What the next incarnation finds. */
  again(): Kept {
    const next = new Kept(this.memory);
    assertEquals([...next.state.effects()], [...this.state.effects()]);
    return next;
  }
}

/** Sets keys until one is refused; how many there are. */
function fill(kept: Kept, value: string): number {
  for (let n = 0;; n++) {
    try {
      kept.write((draft) => draft.set("m", n, value));
    } catch (error) {
      assert(error instanceof Refusal);
      return n;
    }
  }
}

Deno.test("Journal takes away from a state that is too large, and then adds to it again", () => {
  let kept = new Kept();
  const count = fill(kept, "x".repeat(100));
  assert(count > 300, `${count} keys`);
  for (let n = 0; n < count; n++) {
    kept.write((draft) => draft.delete("m", n));
    if (n % 50 === 0) kept = kept.again();
  }
  // Larger numbers of writes are longer.
  const again = fill(kept.again(), "x".repeat(100));
  assert(again > 0.98 * count, `${again} keys instead of ${count}`);
});

Deno.test("Journal takes away all of a state that is too large in one write", () => {
  const kept = new Kept();
  const count = fill(kept, "");
  kept.write((draft) => {
    for (let n = 0; n < count; n++) draft.delete("m", n);
  });
  const { state } = kept.again();
  // No number of a write is used again.
  assertEquals([state.maps.get("m")?.size ?? 0, state.revision], [
    0,
    2 * count,
  ]);
});

Deno.test("Journal takes items and locks when the state is too large", () => {
  const kept = new Kept();
  kept.commit([["splice", "q", 0, 0, ["a", "b"]]]);
  fill(kept, "x".repeat(100));
  kept.commit([["splice", "q", 0, 1, []]]);
  kept.commit([["hold", "l", "ticket", kept.state.revision + 1, undefined]]);
  kept.commit([["free", "l", "ticket"]]);
  assertEquals(kept.again().state.items("q").slice(), ["b"]);
});

Deno.test("Journal takes what is small after it refused what is too large", () => {
  const kept = new Kept();
  const large = "x".repeat(2 * STATE_BYTES);
  kept.write((draft) => draft.set("m", "a", 1));
  for (const key of ["b", "c"]) {
    assertThrows(
      () => kept.write((draft) => draft.set("m", "large", large)),
      Refusal,
    );
    kept.write((draft) => draft.set("m", key, 2));
  }
  assertEquals(kept.again().state.maps.get("m")?.size, 3);
});

Deno.test("Journal takes writes without an end of a state that is nearly as large as it may be", () => {
  let kept = new Kept();
  // One value, many values, a list: each is replaced again and again.
  const half = "x".repeat(STATE_BYTES / 2);
  const rest = Math.floor(0.3 * STATE_BYTES / 1_000);
  kept.write((draft) => draft.set("m", "half", half));
  for (let n = 0; n < rest; n++) {
    kept.write((draft) => draft.set("m", n, "x".repeat(950)));
  }
  kept.commit([["splice", "l", 0, 0, Array(9).fill("x".repeat(950))]]);
  for (let n = 0; n < 300; n++) {
    kept.write((draft) => draft.set("m", n % rest, "y".repeat(950)));
    if (n % 10 === 0) kept.write((draft) => draft.set("m", "half", half));
    kept.commit([["splice", "l", n % 9, 1, ["z".repeat(950)]]]);
    if (n % 50 === 0) kept = kept.again();
  }
  assertEquals(kept.again().state.items("l").length, 9);
});

Deno.test("Journal says how large a state would be that is too large", () => {
  const kept = new Kept();
  kept.write((draft) => draft.set("m", "a", "x".repeat(50_000)));
  const refused = (size: number): RegExpMatchArray => {
    const error = assertThrows(
      () => kept.write((draft) => draft.set("m", size, "x".repeat(size))),
      Refusal,
      "'keepBytes'",
    );
    return error.message.match(/ is (\d+) bytes, the limit is 65536; /)!;
  };
  for (const size of [40_000, 50_000]) {
    const seen = Number(refused(size)[1]);
    assert(seen > 90_000 && seen < 101_000, `${seen} bytes`);
  }
  kept.write((draft) => draft.set("m", "a", "x".repeat(60_000)));
  assertEquals(kept.again().state.maps.get("m")?.size, 1);
});

Deno.test("Journal keeps what a full half is written anew by as the state is then", () => {
  const random = seeded(1);
  const pick = (n: number): number => Math.floor(random() * n);
  for (let run = 0; run < 30; run++) {
    let kept = new Kept(Journal.memory(4_096));
    for (let n = 0; n < 200; n++) {
      const text = "x".repeat(pick(150));
      const { length } = kept.state.items("l");
      const at = pick(length + 1);
      try {
        if (random() < 0.6) {
          kept.write((draft) => {
            for (let i = pick(6); i >= 0; i--) {
              if (random() < 0.5) draft.set("m", pick(12), text + i);
              else draft.delete("m", pick(12));
            }
          });
        } else {
          const gone = length - at > 6 ? 6 : pick(length - at + 1);
          kept.commit([
            ["splice", "l", at, gone, [text]],
            ["splice", "l", 0, 0, [n]],
          ]);
        }
      } catch (error) {
        assert(error instanceof Refusal);
        kept.commit([["splice", "l", 0, length, []]]);
      }
      // `again()` compares: nothing may be lost, doubled or moved.
      if (n % 20 === 0) kept = kept.again();
    }
  }
});

Deno.test("Journal keeps the order of keys when a half is full", () => {
  const kept = new Kept();
  const text = "x".repeat(1_000);
  for (const key of ["a", "b", "c"]) {
    kept.write((draft) => draft.set("m", key, text));
  }
  for (let n = 0; n < 200; n++) {
    kept.write((draft) => {
      draft.delete("m", "b");
      draft.set("m", "a", text + n);
      draft.set("m", "b", text);
    });
  }
  assertEquals([...kept.again().state.maps.get("m")!.keys()], ["a", "c", "b"]);
});

Deno.test("Journal is gone on with when one value of many keys is many values", () => {
  const kept = new Kept();
  const shared = { text: "x".repeat(1_000) };
  kept.write((draft) => {
    for (let n = 0; n < 500; n++) draft.set("m", n, shared);
  });
  const next = kept.again();
  next.write((draft) => draft.delete("m", 0));
  assertEquals(next.again().state.maps.get("m")?.size, 499);
});

Deno.test("Journal takes no write of an incarnation that was given up", () => {
  const kept = new Kept();
  kept.write((draft) => draft.set("m", "a", 1));
  const next = kept.again();
  assertThrows(
    () => kept.write((draft) => draft.set("m", "a", 2)),
    Refusal,
    "another incarnation",
  );
  assertEquals(next.again().state.entry("m", "a")?.value, 1);
});

Deno.test("Journal takes away a key that is an object, of which each copy is another", () => {
  let kept = new Kept();
  const keys = [{ a: 1 }, { a: 2 }];
  kept.write((draft) => keys.forEach((key) => draft.set("m", key, key.a)));
  kept.write((draft) => draft.delete("m", keys[0]));
  kept = kept.again();
  assertEquals([...kept.state.maps.get("m")!.keys()], [{ a: 2 }]);
});
