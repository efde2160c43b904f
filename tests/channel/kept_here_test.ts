/** What means something on its own thread alone: refused where it is sent, by its path, and shown as it stands. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  after,
  broadcast,
  channel,
  DataCloneError,
  every,
  InvalidOptionError,
  merge,
  pipeTo,
  Pool,
  Queue,
  selectEach,
  sourceOf,
  System,
  UnsendableError,
} from "../../mod.ts";
import { checkSendable } from "../../src/memory/check_sendable.ts";
import { encode } from "../../src/memory/codec.ts";
import { Supervisor } from "../../src/supervisor/supervisor.ts";
import { count } from "./channel_tasks.ts";

/** Reads nothing, for ever. */
async function* nothing(): AsyncGenerator<number> {}

/** One of each, by what it is called in the refusal. */
async function oneOfEach(): Promise<[string, object][]> {
  const bytes = new Queue<Uint8Array>();
  await bytes.put(new Uint8Array(4));
  const { tx, rx } = channel<Uint8Array>();
  await tx.send(new Uint8Array(3));
  return [
    ["a lease", await bytes.lease()],
    ["a lease", await rx.lease()],
    ["a claim", await bytes.claim(5)],
    ["a claim", await tx.claim(5)],
    ["a subscription", broadcast().subscribe()],
    ["a timer", after(5)],
    ["a timer", every(5)],
    ["the source of an iteration", sourceOf(nothing())],
    ["an iteration", merge(bytes)],
    ["an iteration", selectEach({ bytes })],
    ["a Pool", new Pool({ size: 1 })],
    ["a System", Object.create(System.prototype)],
    ["a Supervisor", Object.create(Supervisor.prototype)],
  ];
}

Deno.test("Queue, Sender and Broadcast refuse what its own thread alone has, by its path", async () => {
  const queue = new Queue<unknown>();
  const { tx, rx } = channel<unknown>();
  using to = broadcast<unknown>();
  for (const [name, one] of await oneOfEach()) {
    const message = { of: [one] };
    const why = `Cannot send value.of[0] as it is ${name}`;
    const error = await assertRejects(
      () => queue.put(message),
      UnsendableError,
      why,
    );
    assertEquals([error.path, error.unsent], ["value.of[0]", message]);
    await assertRejects(() => tx.send(message), UnsendableError, why);
    await assertRejects(() => to.publish(message), UnsendableError, why);
    const map = new Map([["it", one]]);
    assertThrows(() => encode(map), DataCloneError, 'value.get("it")');
    // As it is looked for where nothing is encoded.
    assertThrows(() => checkSendable(message, "value"), DataCloneError, why);
  }
  assertEquals([queue.size, rx.size], [0, 0]);
});

Deno.test("System.run() refuses what its own thread alone has as an argument, by its path", async () => {
  await using system = new System({ spares: 0 });
  for (const [name, one] of await oneOfEach()) {
    await assertRejects(
      async () => await system.run(count, [one as never, 1, true]),
      DataCloneError,
      `args[0] as it is ${name}`,
    );
  }
});

Deno.test("Job is refused in a message", async () => {
  const { tx } = channel<unknown>();
  const pool = new Pool({ size: 1 });
  await assertRejects(
    () => tx.send({ job: { then: () => {}, pool } }),
    UnsendableError,
    "value.job",
  );
  await pool.close();
});

Deno.test("Deno.inspect() shows what is of one thread as it stands", async () => {
  const queue = new Queue<Uint8Array>({ capacity: 4 });
  await queue.put(new Uint8Array(7));
  const claim = await queue.claim(9);
  const lease = await queue.lease();
  assertEquals(
    [lease, claim, queue, after(5), every(6)].map((one) => Deno.inspect(one)),
    [
      "Lease(7 bytes)",
      "Claim(9 bytes)",
      "Queue (0 of 4)",
      "after(5)",
      "every(6)",
    ],
  );
  lease[Symbol.dispose]();
  claim[Symbol.dispose]();
  queue.close();
  assertEquals(
    [lease, claim, queue].map((one) => Deno.inspect(one)),
    ["Lease(over)", "Claim(over)", "Queue (0 of 4, closed)"],
  );
  const to = broadcast<number>({ capacity: 2, overflow: "dropOldest" });
  const one = to.subscribe();
  for (let i = 0; i < 3; i++) await to.publish(i);
  assertEquals(
    [Deno.inspect(to), Deno.inspect(one)],
    ["Broadcast (2 of 2, 1 subscribed)", "Subscription(2 waiting, 1 missed)"],
  );
  one.close();
  to.close();
  assertEquals(
    [Deno.inspect(to), Deno.inspect(one)],
    ["Broadcast (0 of 2, 0 subscribed, closed)", "Subscription(closed)"],
  );
  const { tx, rx } = channel<number>({ capacity: 4 });
  await tx.send(1);
  assertEquals(
    [Deno.inspect(tx), Deno.inspect(rx), Deno.inspect(sourceOf(nothing()))],
    ["Sender(1 of 4)", "Receiver(1 of 4)", "Source(idle)"],
  );
});

Deno.test("Queue, Sender and Broadcast refuse to move what cannot be moved", async () => {
  const queue = new Queue<unknown>();
  const { tx } = channel<unknown>();
  using to = broadcast<unknown>();
  const shared = new SharedArrayBuffer(4);
  const { port1, port2 } = new MessageChannel();
  for (const wrong of [5, null, "a", {}, shared, new Uint8Array(4)]) {
    const transfer = [port1, wrong] as never;
    const why = "current value of transfer[1] is";
    await assertRejects(
      () => queue.put(1, { transfer }),
      InvalidOptionError,
      why,
    );
    await assertRejects(() => tx.send(1, { transfer }), InvalidOptionError);
    await assertRejects(() => to.publish(1, { transfer }), InvalidOptionError);
  }
  assertEquals(queue.size, 0);
  port1.close();
  port2.close();
});

Deno.test("merge(), pipeTo() and sourceOf() say what is no source, and lock nothing", async () => {
  const queue = new Queue<number>();
  const wrong = "must be a queue, a receiver, a timer, a stream";
  for (const source of [5, null, [1, 2], {}, "text"] as never[]) {
    assertThrows(
      () => merge(queue, source),
      InvalidOptionError,
      `Cannot merge as 'sources[1]' ${wrong}`,
    );
    const stream = new WritableStream<number>();
    await assertRejects(
      () => pipeTo(source, stream),
      InvalidOptionError,
      `Cannot lead messages on as 'source' ${wrong}`,
    );
    assertEquals(stream.locked, false);
    assertThrows(() => sourceOf(source), InvalidOptionError, "'iterable'");
  }
  for (const sink of [5, { put: 1, close() {} }, { put() {} }] as never[]) {
    await assertRejects(
      () => pipeTo(queue, sink),
      InvalidOptionError,
      "'sink' must be",
    );
  }
  queue.close();
});
