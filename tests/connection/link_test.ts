import { assert, assertEquals, assertRejects } from "@std/assert";
import { KnownError } from "../conformance/probe.ts";
import {
  FrameError,
  frameOf,
  FrameReader,
} from "../../src/connection/frame.ts";
import { frameLimit, type Handlers, Link } from "../../src/connection/link.ts";
import { RemoteError } from "../../mod.ts";
import { NO_BORDER } from "../fixtures/no_border.ts";
import { type PipeEnd, pipeEnds } from "../fixtures/pipe_ends.ts";

/** The largest frame, in bytes. */
const LIMIT = frameLimit(1);

function link(end: PipeEnd, handlers: Handlers = {}): Link {
  return new Link(end, new FrameReader(1), NO_BORDER, handlers, LIMIT);
}

function links(handlers: Handlers): { one: Link; close(): Promise<void> } {
  const [here, there] = pipeEnds();
  const one = link(here);
  const running = [one.run(), link(there, handlers).run()];
  return {
    one,
    async close() {
      here.close();
      there.close();
      await Promise.all(running);
    },
  };
}

Deno.test("Link.call() answers in the order of the calls, whatever they take with them", async () => {
  const heard: unknown[] = [];
  const { one, close } = links({
    echo: (value: unknown) => value,
    hear: (value: unknown) => heard.push(value),
  });
  const big = new Uint8Array(300_000).fill(7);
  one.say("hear", 1);
  const answers = Promise.all([
    one.call("echo", big),
    one.call("echo", new Map([["a", [1n, new Date(3)]]])),
  ]);
  one.say("hear", 2);
  assertEquals(await answers, [big, new Map([["a", [1n, new Date(3)]]])]);
  assertEquals(heard, [1, 2]);
  assertEquals(one.waiting, 0);
  await close();
});

Deno.test("Link.call() rejects with what was thrown there, its class and cause kept", async () => {
  const { one, close } = links({
    fail: () => {
      throw new KnownError("no", { code: 7, cause: new RangeError("deep") });
    },
    failStrangely: () => {
      throw Object.assign(new Error("odd"), {
        memory: new SharedArrayBuffer(4),
      });
    },
  });
  const error = await assertRejects(() => one.call("fail"), KnownError, "no");
  assertEquals(error.code, 7);
  assert(error.cause instanceof RangeError);
  await assertRejects(() => one.call("failStrangely"), Error, "odd");
  await assertRejects(() => one.call("unknown"), Error, '"unknown"');
  await assertRejects(() => one.call("toString"), Error, '"toString"');
  await close();
});

Deno.test("Link.end() rejects what waits and what comes after it", async () => {
  const [here] = pipeEnds();
  const one = link(here);
  const waiting = one.call("any");
  waiting.catch(() => {});
  one.end(new RemoteError("over"));
  await assertRejects(() => waiting, RemoteError, "over");
  await assertRejects(() => one.call("any"), RemoteError, "over");
  one.say("any");
});

Deno.test("Link.run() throws nothing but FrameError when what comes is garbage", async () => {
  let seed = 5;
  const roll = (n: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 2 ** 32 * n);
  };
  for (let i = 0; i < 3_000; i++) {
    const [here, there] = pipeEnds();
    const running = link(here, { any: () => {} }).run();
    running.catch(() => {});
    const message = new Uint8Array(1 + roll(40)).map(() => roll(256));
    await there.write(frameOf(message));
    await assertRejects(() => running, FrameError);
  }
});

Deno.test("Link.run() cuts a word whose name is not known", async () => {
  const [here, there] = pipeEnds();
  const running = link(here).run();
  running.catch(() => {});
  link(there).say("constructor");
  await assertRejects(() => running, FrameError, '"constructor"');
});

Deno.test("Link.receive() goes on with what the other end could not send, unless it was cut off", () => {
  const heard: unknown[] = [];
  const [here, there] = pipeEnds();
  const unsent = link(there);
  unsent.say("hear", "a".repeat(90));
  unsent.say("hear", "b");
  const [first, second] = unsent.takeUnsent();
  const receiver = link(here, { hear: (text: string) => heard.push(text) });
  receiver.receive([
    first!.subarray(0, 10),
    first!.subarray(10),
    second!.subarray(0, 5),
  ]);
  assertEquals(heard, ["a".repeat(90)]);
  receiver.receive([second!]);
  assertEquals(heard.length, 1);
});

Deno.test("Link.say() rejects nowhere when what heeds it fails later", async () => {
  const heard = Promise.withResolvers<void>();
  const { one, close } = links({
    fail: async () => {
      await null;
      heard.resolve();
      throw new RangeError("later");
    },
  });
  one.say("fail");
  await heard.promise;
  assertEquals(await one.call("fail").catch(({ message }) => message), "later");
  await close();
});
