import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { Chick } from "../../src/actor/nursery/chick.ts";
import type { Tied, WireReport } from "../../src/actor/mail/protocol.ts";
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
    tell: (endpoint, { type }) => log.push(`${endpoint} ${type}`),
    end: (seat, { kind }) => log.push(`${seat.address.endpoint} ${kind}`),
    suspect: ({ endpoint }) => log.push(`${endpoint} suspected`),
  });
  const to = { address: b.address, name: "b" };
  ties.receive(a, { type: "link", to, at: 1 });
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
  ties.ended(a, FAILED);
  time.tick(10_000);
  assertEquals(log, ["1 exit"]);
});

// M32
Deno.test("Ties take the deadline back from who unlinked before it heard of the end", () => {
  using time = new FakeTime();
  const { ties, a, b, log } = makePair();
  ties.gone(b, FAILED);
  ties.receive(a, { type: "unlink", to: b.address, at: 2 });
  time.tick(10_000);
  assertEquals(log, ["1 exit", "1 unlinked"]);
});

// M32
Deno.test("Ties heed the times of links and unlinks, in whichever order they come", () => {
  const { ties, a, b, log } = makePair();
  const to = { address: a.address, name: "a" };
  // The other one links again after the unlink, and its word is here first.
  ties.receive(b, { type: "link", to, at: 3 });
  ties.receive(a, { type: "unlink", to: b.address, at: 2 });
  assertEquals([a.partners.has(b), b.partners.has(a)], [true, true]);
  ties.receive(a, { type: "unlink", to: b.address, at: 6 });
  // It unlinks what the other one has linked, whose word comes after.
  ties.receive(a, { type: "unlink", to: b.address, at: 8 });
  ties.receive(b, { type: "link", to, at: 7 });
  assertEquals([a.partners.has(b), b.partners.has(a)], [false, false]);
  ties.receive(b, { type: "link", to, at: 9 });
  assertEquals([a.partners.has(b), b.partners.has(a)], [true, true]);
  assertEquals(log, ["1 unlinked", "1 unlinked", "1 unlinked"]);
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

/** A light actor of the thread at `endpoint`. */
function light(endpoint: number, local: number): Tied {
  const owner = { endpoint: 0, epoch: 1 };
  const overflow = "wait" as const;
  const facts = { capacity: 1, maxBytes: 0, overflow, urgent: false, owner };
  return { address: { endpoint, life: 0, local }, name: `${local}`, facts };
}

// M30
Deno.test("Ties hear of the end of a light actor from its thread, and tell those who are linked with it", () => {
  using time = new FakeTime();
  const { ties, a, log } = makePair();
  const one = light(2, 7);
  ties.receive(a, { type: "link", to: one, at: 1 });
  const other = light(2, 8);
  ties.receive(undefined, { type: "link", by: other, to: one, at: 2 });
  assertEquals(log.splice(0), ["2 tie", "2 tie", "2 tie"]);
  const gone = { type: "lightGone", report: FAILED } as const;
  const { address } = one;
  ties.receive(undefined, { ...gone, address, to: a.address });
  ties.receive(undefined, { ...gone, address, to: other.address });
  // Each is told once.
  ties.receive(undefined, { ...gone, address, to: other.address });
  ties.receive(undefined, { ...gone, address: other.address, to: address });
  assertEquals(log.splice(0), ["1 exit", "2 exit"]);
  time.tick(5_000);
  assertEquals(log, ["1 killed", "2 suspected"]);
});

// M32
Deno.test("Ties keep nothing of light actors that are linked no more", () => {
  using _time = new FakeTime();
  const { ties, a, b, log } = makePair();
  const [one, other, bound] = [light(2, 7), light(0, 8), light(2, -1)];
  ties.receive(a, { type: "link", to: one, at: 1 });
  ties.receive(undefined, { type: "link", by: one, to: other, at: 2 });
  ties.receive(undefined, { type: "link", by: bound, to: other, at: 3 });
  log.splice(0);
  ties.up(b);
  assertEquals(log.splice(0), ["2 tie", "2 tie", "2 tie"]);
  // What is bound to a thread ends with it, the others may be started again.
  ties.ended(b, FAILED);
  assertEquals(log.splice(0), ["0 exit"]);
  ties.up(b);
  assertEquals(log.splice(0), ["2 tie", "2 tie"]);
  ties.receive(a, { type: "unlink", to: one.address, at: 4 });
  ties.receive(undefined, {
    type: "lightGone",
    address: other.address,
    to: one.address,
    report: FAILED,
  });
  assertEquals(log.splice(0), ["2 untie", "1 unlinked", "2 exit"]);
  ties.up(b);
  ties.gone(b, FAILED);
  assertEquals(log, ["1 exit"]);
});

// M32
Deno.test("Ties tell at once of an actor on a thread that has ended", () => {
  const { ties, a, b, log } = makePair();
  ties.receive(a, { type: "trap", on: true });
  const nowhere = {
    ...light(2, 7),
    address: { endpoint: 2, life: 5, local: 7 },
  };
  ties.receive(a, { type: "link", to: nowhere, at: 1 });
  b.state = "empty";
  ties.receive(a, { type: "link", to: light(2, -1), at: 2 });
  assertEquals(log, ["1 exit", "1 exit"]);
});
