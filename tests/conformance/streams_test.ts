import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  AskTimeoutError,
  DataCloneError,
  InvalidOptionError,
  Refusal,
  Registry,
  StreamMethodError,
  supervise,
  System,
  SystemClosedError,
  UnknownMethodError,
} from "../../mod.ts";
import { Fountain } from "./fountain.ts";
import { eventually, Journal } from "./journal.ts";
import { conformance } from "./placements.ts";
import { KnownError, Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** All that `stream` gives, and what it ends with. */
async function read<T>(
  stream: AsyncIterable<T>,
): Promise<{ values: T[]; error: unknown }> {
  const values: T[] = [];
  try {
    for await (const value of stream) values.push(value);
  } catch (error) {
    return { values, error };
  }
  return { values, error: undefined };
}

function numbers(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

// -- Elements -----------------------------------------------------------------

conformance(
  "ActorRef.stream gives every element in order, and ends",
  async (t) => { // M52
    const fountain = await t.spawn(Fountain, []);
    for (const count of [0, 1, 63, 64, 65, 1_000]) {
      const { values, error } = await read(fountain.stream.count(5, count));
      assertEquals(error, undefined);
      assertEquals(values, numbers(5, count));
    }
    assertEquals(await fountain.ask.open(), 0);
  },
);

conformance("ActorRef.stream reads whatever can be iterated", async (t) => {
  const fountain = await t.spawn(Fountain, []);
  const { stream } = fountain;
  assertEquals((await read(stream.steps(3))).values, [0, 1, 2]);
  assertEquals((await read(stream.list(300))).values, numbers(0, 300));
  assertEquals((await read(stream.later())).values, ["a", "b"]);
});

conformance(
  "ActorRef.stream gives elements of every size and kind in their order",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const { port1, port2 } = new MessageChannel();
    const values = [
      "small",
      "x".repeat(300_000),
      new Map([[1, { deep: [undefined, 3n] }]]),
      undefined,
      "y".repeat(2_000_000),
      null,
      "last",
    ];
    assertEquals((await read(fountain.stream.echo(values))).values, values);
    port1.close();
    port2.close();
  },
);

conformance(
  "ActorRef.stream serves several readers at once, each from its beginning",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const all = await Promise.all(
      [10, 20, 30].map((start) => read(fountain.stream.count(start, 200))),
    );
    assertEquals(
      all.map(({ values }) => values),
      [10, 20, 30].map((start) => numbers(start, 200)),
    );
  },
);

conformance("ActorStream.next() may be called ahead", async (t) => {
  const fountain = await t.spawn(Fountain, []);
  const stream = fountain.with({ credit: 2 }).stream.count(1, 4);
  const steps = await Promise.all([1, 2, 3, 4, 5, 6].map(() => stream.next()));
  assertEquals(steps.map(({ value }) => value), [
    1,
    2,
    3,
    4,
    undefined,
    undefined,
  ]);
  assertEquals(steps.map(({ done }) => done), [
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
});

conformance(
  "ActorRef.stream works through a ref that travelled, from any thread",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const near = await t.spawn(Fountain, []);
    const far = await t.system.spawn(Fountain, [], { placement: "thread" });
    assertEquals(await near.ask.sumOf(fountain, 500), 125_250);
    assertEquals(await far.ask.sumOf(fountain, 500), 125_250);
    assertEquals(await fountain.ask.sumOf(far, 500), 125_250);
  },
);

// -- Demand -------------------------------------------------------------------

conformance(
  "ActorRef.stream sends nothing before the first next()",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const stream = fountain.stream.count(1);
    assertEquals(await fountain.ask.made(), 0);
    assertEquals(await stream.return(), { done: true, value: undefined });
    assertEquals(await stream.next(), { done: true, value: undefined });
    assertEquals(await fountain.ask.made(), 0);
  },
);

for (
  const [credit, made] of [[undefined, 64], [1, 1], [2, 2], [10, 10]] as const
) {
  conformance(
    `SendOptions.credit bounds how far the producer is ahead: ${
      credit ?? "by default 64"
    }`,
    async (t) => { // M52
      const fountain = await t.spawn(Fountain, []);
      const stream = fountain.with(credit === undefined ? {} : { credit })
        .stream.count(0);
      assertEquals(await stream.next(), { done: false, value: 0 });
      await eventually(() => fountain.ask.made(), made);
      const half = Math.max(1, made >> 1);
      // It is given credit again when half of it is used up, not before.
      for (let n = 1; n < half; n++) await stream.next();
      assertEquals(await fountain.ask.made(), made);
      assertEquals(await stream.next(), { done: false, value: half });
      await eventually(() => fountain.ask.made(), made + half);
      for (let i = 0; i < 20; i++) await fountain.ask.name();
      assertEquals(await fountain.ask.made(), made + half);
      await stream.return();
      assertEquals(await fountain.ask.made(), made + half);
    },
  );
}

conformance(
  "ActorRef.stream lets the actor handle other messages, also those that feed it",
  async (t) => {
    const fountain = await t.spawn(Fountain, [], { concurrency: 1 });
    const stream = fountain.stream.events();
    const first = stream.next();
    assertEquals(await fountain.ask.made(), 0);
    for (let n = 1; n <= 3; n++) fountain.tell.emit(n);
    assertEquals((await first).value, 1);
    assertEquals((await stream.next()).value, 2);
    assertEquals((await stream.next()).value, 3);
    // Nobody waits for a method that waits for something itself.
    await stream.return();
  },
);

conformance("ActorRef.stream goes on while a handler awaits", async (t) => {
  const fountain = await t.spawn(Fountain, []);
  const stream = fountain.stream.count(1, 500);
  await stream.next();
  const word = new SharedWord();
  const held = fountain.ask.hold(word.words);
  await word.reaches(1);
  assertEquals((await read(stream)).values, numbers(2, 499));
  word.set(2);
  await held;
});

// -- Leaving ------------------------------------------------------------------

for (const how of ["break", "throw", "return", "dispose", "throw()"] as const) {
  conformance(
    `ActorStream ends its method at the yield after ${how}, and waits for its finally`,
    async (t) => {
      const journal = new Journal();
      const fountain = await t.spawn(Fountain, [journal.memory]);
      await assertRejects(
        async () => {
          if (how === "dispose") {
            await using stream = fountain.stream.count(1);
            await stream.next();
          } else if (how === "return" || how === "throw()") {
            const stream = fountain.stream.count(1);
            await stream.next();
            if (how === "return") await stream.return();
            else await stream.throw(new KnownError("enough"));
          } else {
            for await (const n of fountain.stream.count(1)) {
              if (n < 100) continue;
              if (how === "break") break;
              throw new KnownError("enough");
            }
          }
          throw new KnownError("enough");
        },
        KnownError,
        "enough",
      );
      assertEquals(journal.lines(), ["finally"]);
      assertEquals(await fountain.ask.open(), 0);
    },
  );
}

conformance(
  "ActorStream.return() rejects with what the finally threw, and the actor goes on after a refusal",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const stream = fountain.stream.bad();
    await stream.next();
    await assertRejects(() => stream.return(), Refusal, "bad end");
    assertEquals(await stream.next(), { done: true, value: undefined });
    assertEquals(await fountain.ask.open(), 0);
  },
);

conformance(
  "ActorStream.return() cancels a ReadableStream while it is read",
  async (t) => {
    const journal = new Journal();
    const fountain = await t.spawn(Fountain, [journal.memory]);
    const stream = fountain.stream.readable();
    assertEquals(await stream.next(), { done: false, value: 1 });
    const second = stream.next();
    await stream.return();
    assertEquals(await second, { done: true, value: undefined });
    assertEquals(journal.lines(), ["cancel"]);
  },
);

conformance(
  "A method that waits is ended when what it waits for is over",
  async (t) => {
    const journal = new Journal();
    const fountain = await t.spawn(Fountain, [journal.memory]);
    const stream = fountain.stream.events();
    fountain.tell.emit(1);
    assertEquals((await stream.next()).value, 1);
    await stream.return();
    assertEquals(journal.lines(), []);
    fountain.tell.emit(2);
    await eventually(() => journal.lines(), ["events over"]);
  },
);

// -- Deadlines and signals ----------------------------------------------------

conformance(
  "SendOptions.timeout bounds the wait for each element",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const patient = fountain.with({ timeout: 60_000 }).stream.count(1, 2);
    assertEquals((await read(patient)).values, [1, 2]);
    const stream = fountain.with({ timeout: 50 }).stream.events();
    const error = await assertRejects(() => stream.next(), AskTimeoutError);
    assertEquals([error.method, error.timeoutMs], ["events", 50]);
    assertEquals(await stream.next(), { done: true, value: undefined });
  },
);

conformance(
  "SendOptions.signal ends a stream with its reason, at once",
  async (t) => {
    const journal = new Journal();
    const fountain = await t.spawn(Fountain, [journal.memory]);
    const gone = AbortSignal.abort(new KnownError("before"));
    await assertRejects(
      () => fountain.with({ signal: gone }).stream.count(1).next(),
      KnownError,
      "before",
    );
    const controller = new AbortController();
    const { signal } = controller;
    const stream = fountain.with({ signal }).stream.count(1);
    await stream.next();
    controller.abort(new KnownError("aborted"));
    // Also what has arrived is given up.
    await assertRejects(() => stream.next(), KnownError, "aborted");
    assertEquals(await stream.next(), { done: true, value: undefined });
    await eventually(() => journal.lines(), ["finally"]);

    const waiting = new AbortController();
    const events = fountain.with({ signal: waiting.signal }).stream.events();
    const next = events.next();
    waiting.abort(new KnownError("while waiting"));
    await assertRejects(() => next, KnownError, "while waiting");
  },
);

// -- Errors -------------------------------------------------------------------

conformance(
  "An error in the method arrives after its elements, and fails the actor",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const { values, error } = await read(fountain.stream.breaks("error"));
    assertEquals(values, [1, 2]);
    assertInstanceOf(error, ActorCrashedError);
    assertInstanceOf(error.cause, KnownError);
    assertEquals([error.cause.message, error.cause.code], ["dry", 5]);
    const report = await fountain.exited;
    assertEquals([report.kind, (report.error as Error).message], [
      "failed",
      "dry",
    ]);
  },
);

conformance("A refusal ends one stream, and the actor goes on", async (t) => {
  const fountain = await t.spawn(Fountain, []);
  const { values, error } = await read(fountain.stream.breaks("refusal"));
  assertEquals(values, [1, 2]);
  assertInstanceOf(error, Refusal);
  assertEquals([error.message, error.data], ["no more", 7]);
  assertEquals(await fountain.ask.open(), 0);
});

conformance("A stream cannot be sent to another thread", async (t) => {
  const fountain = await t.spawn(Fountain, []);
  const far = await t.system.spawn(Probe, []);
  const registry = await Registry.of(t.system);
  for (const stream of [fountain.stream.count(0, 3), registry.following("a")]) {
    const error = await assertRejects(
      () => far.ask.echo({ stream }),
      DataCloneError,
      "read it here and send what it yields",
    );
    assertEquals(error.path.endsWith(".stream"), true, error.path);
    await stream.return?.();
  }
  assertEquals(await fountain.ask.open(), 0);
});

conformance(
  "An element that cannot travel ends the stream, and the actor goes on",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const { values, error } = await read(fountain.stream.breaks("value"));
    assertEquals(values, [1, 2]);
    assertInstanceOf(error, DataCloneError);
    assertEquals(error.path, "element");
    assertEquals(await fountain.ask.open(), 0);
  },
);

conformance(
  "ActorRef.stream refuses what returns nothing to iterate, and says how to call it",
  async (t) => {
    const fountain = await t.spawn(Fountain, [], { name: "fountain" });
    // @ts-expect-error -- a number is no stream
    const stream = fountain.stream.made();
    const error = await assertRejects(
      () => (stream as unknown as AsyncIterator<number>).next(),
      StreamMethodError,
      `Cannot stream made() of "fountain" as it must return something that can be iterated: current value is of type number, call it with ref.ask.made()`,
    );
    assertEquals([error.code, error.use], ["TROUPE_STREAM_METHOD", "ask"]);
    // @ts-expect-error -- there is no such method
    const none = fountain.stream.nothing() as AsyncIterator<number>;
    await assertRejects(() => none.next(), UnknownMethodError, "nothing()");
    assertEquals(await fountain.ask.open(), 0);
  },
);

conformance(
  "ActorRef.ask refuses a method that returns a stream, and says how to read it",
  async (t) => {
    const fountain = await t.spawn(Fountain, [], { name: "fountain" });
    for (const method of ["count", "steps"] as const) {
      const ask = fountain.ask as unknown as Record<
        string,
        (n: number) => Promise<unknown>
      >;
      const error = await assertRejects(
        () => ask[method]!(1),
        StreamMethodError,
        `Cannot ask "fountain" for ${method}() as it returns a stream: read it with ref.stream.${method}()`,
      );
      assertEquals([error.actor, error.method, error.use], [
        "fountain",
        method,
        "stream",
      ]);
    }
    // @ts-expect-error -- a stream cannot be asked for
    const refused = fountain.ask.count(1) as Promise<unknown>;
    await assertRejects(() => refused, StreamMethodError);
    assertEquals(await fountain.ask.list(2), [0, 1]);
  },
);

conformance("SendOptions.credit is refused out of its bounds", async (t) => {
  const fountain = await t.spawn(Fountain, []);
  for (const credit of [0, -1, 1.5, NaN, Infinity, 65_537, "1"]) {
    assertThrows(
      () => fountain.with({ credit: credit as number }),
      InvalidOptionError,
      "'credit' must be a whole number from 1 to 65536",
    );
  }
});

conformance(
  "ActorRef.stream of itself within a message is refused, not waited for",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    assertEquals(await fountain.ask.sipOwn(), "AskCycleError");
  },
  ["thread"],
);

// -- Ends ---------------------------------------------------------------------

conformance(
  "ActorRef.stop() ends the streams of an actor before its onStop",
  async (t) => {
    const journal = new Journal();
    const fountain = await t.spawn(Fountain, [journal.memory]);
    const stream = fountain.with({ credit: 4 }).stream.count(1);
    await stream.next();
    await eventually(() => fountain.ask.made(), 4);
    assertEquals((await fountain.stop()).kind, "stopped");
    assertEquals(journal.lines(), ["finally", "onStop"]);
    const { values, error } = await read(stream);
    assertEquals(values, [2, 3, 4]);
    assertInstanceOf(error, ActorStoppedError);
    await assertRejects(
      () => fountain.stream.count(1).next(),
      ActorStoppedError,
    );
  },
);

conformance(
  "ActorRef.kill() rejects who waits for an element at once",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    fountain.tell.emit(1);
    const stream = fountain.stream.events();
    await stream.next();
    const next = stream.next();
    next.catch(() => {});
    await fountain.kill();
    await assertRejects(() => next, ActorCrashedError);
    assertEquals(await stream.next(), { done: true, value: undefined });
    await stream.return();
  },
);

conformance(
  "A failure of the actor ends its streams with the reason, and their finally run",
  async (t) => {
    const journal = new Journal();
    const fountain = await t.spawn(Fountain, [journal.memory]);
    const events = fountain.stream.events();
    const waiting = events.next();
    waiting.catch(() => {});
    const stream = fountain.with({ credit: 3 }).stream.count(1);
    await stream.next();
    await eventually(() => fountain.ask.made(), 3);
    fountain.ask.fail().catch(() => {});
    const reason = await assertRejects(() => waiting, ActorCrashedError);
    assertInstanceOf(reason.cause, KnownError);
    const { values, error } = await read(stream);
    assertEquals(values, [2, 3]);
    assertInstanceOf(error, ActorCrashedError);
    assertEquals((await fountain.exited).kind, "failed");
    assertEquals(journal.lines(), ["finally", "onStop"]);
  },
);

conformance(
  "A failure of the actor comes after the element that was given right before it",
  async (t) => {
    const fountain = await t.spawn(Fountain, []);
    const stream = fountain.stream.events();
    fountain.tell.emit(1);
    assertEquals((await stream.next()).value, 1);
    fountain.ask.emitAndFail(2).catch(() => {});
    const { values, error } = await read(stream);
    assertEquals(values, [2]);
    assertInstanceOf(error, ActorCrashedError);
  },
);

conformance(
  "A restart ends the streams of the incarnation before, and the next one gives new ones",
  async (t) => {
    await using tree = await supervise({
      backoff: { minMs: 1, maxMs: 1 },
      children: [t.child({ id: "fountain", actor: Fountain, args: [] })],
    }, t.system);
    const fountain = tree.ref("fountain", Fountain);
    const stream = fountain.with({ credit: 2 }).stream.count(1);
    await stream.next();
    await eventually(() => fountain.ask.made(), 2);
    await fountain.ask.fail().catch(() => {});
    const { values, error } = await read(stream);
    assertEquals(values, [2]);
    assertInstanceOf(error, ActorCrashedError);
    assertEquals((await read(fountain.stream.count(1, 3))).values, [1, 2, 3]);
  },
);

for (const how of ["kill", "stop", "restart"] as const) {
  conformance(
    `The method of a stream is ended when its reader ends by ${how}`,
    async (t) => {
      const journal = new Journal();
      const fountain = await t.system.spawn(Fountain, [journal.memory]);
      const own = await t.spawn(Fountain, [journal.memory]);
      await using tree = await supervise({
        // Longer than the test: the end of the incarnation is what counts.
        backoff: { minMs: 60_000, maxMs: 60_000 },
        children: [t.child({
          id: "reader",
          actor: Fountain,
          args: [],
          options: { concurrency: 2 },
        })],
      }, t.system);
      for (const producer of [fountain, own]) {
        const reader = how === "restart" && producer === own
          ? tree.ref("reader", Fountain)
          : await t.spawn(Fountain, []);
        const word = new SharedWord();
        reader.with({ timeout: 60_000 }).ask.sip(producer, word.words)
          .catch(() => {});
        await word.reaches(1);
        assertEquals(await producer.ask.open(), 1);
        if (how === "stop") void reader.stop("enough", { timeout: 100 });
        else if (how === "kill" || producer === fountain) void reader.kill();
        else reader.tell.fail();
        await eventually(() => producer.ask.open(), 0);
      }
      assertEquals(journal.lines(), ["finally", "finally"]);
    },
  );
}

Deno.test("System.close() ends all streams", async () => {
  const system = new System();
  const fountain = await system.spawn(Fountain, []);
  const stream = fountain.stream.events();
  const next = stream.next();
  next.catch(() => {});
  await fountain.ask.open();
  await system.close();
  const error = await assertRejects(() => next);
  assert(
    error instanceof SystemClosedError || error instanceof ActorStoppedError,
    `${error}`,
  );
  await assertRejects(
    () => fountain.stream.count(1).next(),
  );
});
