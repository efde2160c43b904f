import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { Chick } from "../../src/actor/nursery/chick.ts";
import type { WireReport } from "../../src/actor/mail/protocol.ts";
import { Seat } from "../../src/actor/nursery/seat.ts";
import { Ties } from "../../src/actor/nursery/ties.ts";

const FAILED: WireReport = { kind: "failed", code: 1 };

/** Two linked seats, and what is said to them and done with them. */
function makePair(): { ties: Ties; a: Seat; b: Seat; log: string[] } {
  const log: string[] = [];
  const seats = [1, 2].map((endpoint) => {
    const seat = new Seat({ endpoint, life: 0 }, 0);
    seat.state = "running";
    seat.chick = {} as Chick;
    return seat;
  });
  const [a, b] = seats as [Seat, Seat];
  const ties = new Ties({
    seat: ({ endpoint, life }) =>
      seats.find(({ address }) =>
        address.endpoint === endpoint && address.life === life
      ),
    tell: (seat, { type }) => log.push(`${seat.address.endpoint} ${type}`),
    end: (seat, { kind }) => log.push(`${seat.address.endpoint} ${kind}`),
  });
  ties.receive(a, { type: "link", to: b.address, name: "b" });
  return { ties, a, b, log };
}

// M30
Deno.test("Ties kill a linked actor that has not ended after 5,000 ms", () => {
  using time = new FakeTime();
  const { ties, b, log } = makePair();
  ties.gone(b, FAILED);
  time.tick(4_999);
  assertEquals(log, ["1 exit"]);
  time.tick(1);
  assertEquals(log, ["1 exit", "1 killed"]);
});

Deno.test("Ties forget the deadline of an incarnation that ended", () => {
  using time = new FakeTime();
  const { ties, a, b, log } = makePair();
  ties.gone(b, FAILED);
  ties.ended(a);
  time.tick(10_000);
  assertEquals(log, ["1 exit"]);
});

// M32
Deno.test("Ties take the deadline back from who unlinked before it heard of the end", () => {
  using time = new FakeTime();
  const { ties, a, b, log } = makePair();
  ties.gone(b, FAILED);
  ties.receive(a, { type: "unlink", to: b.address });
  time.tick(10_000);
  assertEquals(log, ["1 exit", "1 unlinked"]);
});

// M31
Deno.test("Ties take the deadline back from who began to trap before it heard of the end", () => {
  using time = new FakeTime();
  const { ties, a, b, log } = makePair();
  ties.gone(b, FAILED);
  ties.receive(a, { type: "trap", on: true });
  time.tick(10_000);
  assertEquals(log, ["1 exit"]);
});

for (const kind of ["done", "stopped"] as const) {
  // M30
  Deno.test(`Ties do not tell of an end of the kind ${kind}, except who traps`, () => {
    const first = makePair();
    first.ties.gone(first.b, { kind, code: 0 });
    assertEquals(first.log, []);
    const second = makePair();
    second.ties.receive(second.a, { type: "trap", on: true });
    second.ties.gone(second.b, { kind, code: 0 });
    assertEquals(second.log, ["1 exit"]);
  });
}

Deno.test("Ties end who waits for a thread, and leave alone who does not run", () => {
  const waiting = makePair();
  waiting.a.chick = undefined;
  waiting.ties.gone(waiting.b, FAILED);
  assertEquals(waiting.log, ["1 killed"]);
  const resting = makePair();
  resting.a.state = "empty";
  resting.ties.gone(resting.b, FAILED);
  assertEquals(resting.log, []);
});
