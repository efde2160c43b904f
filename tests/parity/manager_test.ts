/** The Manager, as Python's `multiprocessing` promises it, and where it does not. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type ActorClass,
  ActorCrashedError,
  Barrier,
  Condition,
  DataCloneError,
  EventFlag,
  InvalidOptionError,
  type ListRef,
  Manager,
  type MapRef,
  OverReleasedError,
  Pool,
  Queue,
  type QueueRef,
  ReentrantMutex,
  Refusal,
  Semaphore,
  sharedArray,
  System,
  UnknownMethodError,
} from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { Holder, misbehave } from "../fixtures/manager_tasks.ts";
import { echo } from "../fixtures/pool_tasks.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import {
  clearEvent,
  emptyQueue,
  Ledger,
  readCount,
  resetBarrier,
  useList,
  useLocks,
  useMap,
  useValues,
} from "./manager_tasks.ts";

async function withManager(
  body: (manager: Manager, system: System) => Promise<void>,
): Promise<void> {
  await using system = new System();
  await using manager = await Manager.start({ system });
  await body(manager, system);
}

// -- Containers ---------------------------------------------------------------

Deno.test("a managed list does what a plain one does", () =>
  // MA01
  withManager(async (manager) => {
    const list = manager.list<number>("l");
    const plain = [0, 1, 2, 3, 4];
    await list.push(...plain);
    for (const index of [0, 4, 5, -1, -5, -6]) {
      assertEquals(await list.at(index), plain.at(index));
    }
    for (const [start, end] of [[1, 3], [-3, -1], [3, 1], [0, 99]] as const) {
      assertEquals(await list.slice(start, end), plain.slice(start, end));
    }
    // Extended, repeated, put behind another.
    plain.push(5, 6);
    assertEquals(await list.push(5, 6), plain.length);
    plain.push(...plain);
    await list.push(...await list.slice());
    assertEquals(await list.slice(), plain);
    for (const [start, count] of [[2, 3], [-2, 1], [99, 1], [0, -1]] as const) {
      const gone = plain.splice(start, count, 7, 8);
      assertEquals(await list.splice(start, count, 7, 8), gone);
      assertEquals(await list.slice(), plain);
    }
  }));

Deno.test("a managed list in another one is one list by all ways, and can hold itself", () =>
  // MA01, MA03
  withManager(async (manager) => {
    const [a, b] = [manager.list<number>("a"), manager.list<number>("b")];
    const outer = manager.list<ListRef<number>>("outer");
    await outer.push(a, b);
    await a.push(1);
    assertEquals(await (await outer.at(0))!.slice(), [1]);
    await (await outer.at(1))!.push(2);
    assertEquals([await a.slice(), await b.slice()], [[1], [2]]);
    const all = await Promise.all((await outer.slice()).map((l) => l.slice()));
    assertEquals(all, [[1], [2]]);

    const own = manager.list<unknown>("own");
    await own.push(own);
    const again = await own.at(0) as ListRef<unknown>;
    assertEquals(await again.size(), 1);
    assertEquals((await again.splice(0)).length, 1);
    assertEquals(await own.size(), 0);
  }));

Deno.test("a managed list or map is iterated as of the moment that the loop begins", () =>
  // MA02, MA05
  withManager(async (manager) => {
    const list = manager.list<number>("l");
    await list.push(1, 2, 3);
    const seen: number[] = [];
    for await (const item of list) {
      seen.push(item);
      await list.push(item);
    }
    assertEquals([seen, await list.size()], [[1, 2, 3], 6]);
    const map = manager.map<number, number>("m");
    await map.setAll([[1, 1], [2, 2]]);
    const keys: number[] = [];
    for await (const [key] of map) {
      keys.push(key);
      await map.clear();
    }
    assertEquals([keys, await map.size()], [[1, 2], 0]);
  }));

Deno.test("a managed map does what a plain one does", () =>
  // MA04
  withManager(async (manager) => {
    const map = manager.map<number, string>("m");
    const plain = new Map<number, string>();
    for (const n of [65, 66, 67, 65]) {
      await map.set(n, String.fromCharCode(n));
      plain.set(n, String.fromCharCode(n));
    }
    assertEquals(new Map(await map.entries()), plain);
    assertEquals(await map.keys(), [...plain.keys()]);
    assertEquals(await map.values(), [...plain.values()]);
    assertEquals([await map.get(66), await map.get(1)], ["B", undefined]);
    assertEquals([await map.delete(66), plain.delete(66)], [true, true]);
    assertEquals([await map.has(66), await map.size()], [false, plain.size]);
    assertEquals(await map.entries(), [...plain]);
  }));

Deno.test("a managed map that two ways lead to is one map, and outlives what held it", () =>
  // MA06
  withManager(async (manager) => {
    const pets = manager.map<string, number>("pets");
    const outer = manager.map<string, MapRef<string, number>>("outer");
    await outer.setAll([["mine", pets], ["yours", pets]]);
    const [mine, yours] = [
      (await outer.get("mine"))!,
      (await outer.get("yours"))!,
    ];
    await mine.set("dogs", 2);
    assertEquals(await yours.update("dogs", { add: 1 }), 3);
    await outer.clear();
    assertEquals([await outer.size(), await mine.get("dogs")], [0, 3]);
  }));

Deno.test("a queue is used through the managed list or map that it is in", () =>
  // MA07
  withManager(async (manager) => {
    const list = manager.list<QueueRef<number>>("l");
    const map = manager.map<string, QueueRef<number>>("m");
    await list.push(manager.queue<number>("q"));
    await map.set("q", manager.queue<number>("q"));
    await (await list.at(0))!.put(7);
    assertEquals(await (await map.get("q"))!.take(), 7);
  }));

Deno.test("W09 what is read of a nested value is frozen, and changed by its path or not at all", () =>
  withManager(async (manager) => {
    type Nested = { deep: Map<string, Set<number>>; when: Date[] };
    const map = manager.map<string, Nested>("m");
    const when = [new Date(5)];
    await map.set("a", { deep: new Map([["s", new Set([1])]]), when });
    const read = (await map.get("a"))!;
    for (
      const change of [
        () => read.deep.set("t", new Set()),
        () => read.deep.get("s")!.add(2),
        () => read.when.push(new Date()),
        () => read.when[0]!.setTime(0),
      ]
    ) assertThrows(change, TypeError);
    await map.update("a", { path: ["when", 0], delete: true });
    const now = (await map.get("a"))!;
    assertEquals([now.deep.get("s"), now.when], [new Set([1]), []]);
  }));

// -- Namespaces, managers of one's own ----------------------------------------

Deno.test("a namespace gives, sets and takes away fields, and shows none of them in its text", () =>
  // MA08
  withManager(async (manager) => {
    type Names = { name: string; _hidden: string };
    const names = manager.namespace<Names>("n");
    await names.set("name", "Bob");
    await names.set("_hidden", "hush");
    assertEquals(await names.get("name"), "Bob");
    assertEquals([await names.delete("name"), await names.get("name")], [
      true,
      undefined,
    ]);
    assertEquals(await names.all(), { _hidden: "hush" });
    assert(!Deno.inspect(names, { depth: 9 }).includes("hush"));
    assert(!String(names).includes("hush"));
  }));

for (const how of ["by hand", "by scope", "before the scope"]) {
  Deno.test(`a manager with a class of one's own, started ${how}, serves and then ends`, async () => { // MA09, MA16
    {
      await using system = new System();
      const started = await Manager.start({ system });
      const use = async (manager: Manager): Promise<void> => {
        const ledger = await manager.custom("ledger", Ledger);
        // Its hook has run, once, before it served.
        assertEquals(await ledger.ask.note("a"), 2);
        assertEquals(await ledger.ask.log(), ["started", "a"]);
      };
      if (how === "by hand") {
        await use(started);
        await started.stop();
      } else if (how === "by scope") {
        await started.stop();
        await using manager = await Manager.start({ system });
        await use(manager);
      } else {
        await using manager = started;
        await use(manager);
      }
      assertEquals(system.tree(), []);
    }
    await threadsGone();
  });
}

Deno.test("what starts a part of a manager must be a definition of an actor", () =>
  // MA16
  withManager(async (manager) => {
    const none = 1 as unknown as ActorClass<[], object>;
    await assertRejects(() => manager.custom("n", none), InvalidOptionError);
    // The name is free again.
    const ledger = await manager.custom("n", Ledger);
    assertEquals(await ledger.ask.log(), ["started"]);
  }));

Deno.test("a class of one's own has its public methods called, and no others, wherever they are refused", () =>
  // MA10
  withManager(async (manager) => {
    const ledger = await manager.custom("ledger", Ledger);
    const ask = ledger.ask as unknown as Record<string, () => Promise<unknown>>;
    for (
      const method of [
        "onStart",
        "constructor",
        "secret",
        "#secret",
        "toString",
      ]
    ) {
      await assertRejects(() => ask[method]!(), UnknownMethodError);
    }
    assertEquals(await ledger.ask.log(), ["started"]);
  }));

Deno.test("an error of a method is the caller's", () =>
  // MA11
  withManager(async (manager) => {
    const ledger = await manager.custom("ledger", Ledger);
    const error = await assertRejects(() => ledger.ask.fail(), Refusal);
    assertEquals([error.message, error.data], ["Not with me", 7]);
  }));

Deno.test("a generator of another thread is read to its end, and closed when the loop breaks", () =>
  // MA12
  withManager(async (manager, system) => {
    const ledger = await manager.custom("ledger", Ledger);
    assertEquals(await system.run(readCount, [ledger, 100, false]), [
      ...Array(100).keys().map((n) => n + 1),
    ]);
    assertEquals(await system.run(readCount, [ledger, 100, true]), [1, 2]);
    assertEquals(await ledger.ask.log(), ["started", "closed", "closed"]);
  }));

// -- Types --------------------------------------------------------------------

Deno.test("an event of a manager is set here, cleared there and clear here", () =>
  // MA17
  withManager(async (manager, system) => {
    const event = manager.handle("go", () => new EventFlag());
    const cleared = system.run(clearEvent, [event]);
    event.set();
    assertEquals([await cleared, event.isSet], [true, false]);
  }));

Deno.test("a lock of a manager is free again when its holder has ended, and given back once", () =>
  // MA18
  withManager(async (manager, system) => {
    const lock = manager.lock("l");
    const holder = await system.spawn(Holder, []);
    await holder.ask.lock(lock);
    await holder.stop();
    const held = await lock.lock();
    // One release too many is no error, and takes the lock from nobody.
    assertEquals([held.ownerDied, await held.release()], [true, true]);
    await using _next = await lock.lock();
    assertEquals([await held.release(), await lock.tryLock()], [
      false,
      undefined,
    ]);
  }));

Deno.test("locks and semaphores of a manager are taken and given back on any thread", () =>
  // MA19, MA20, MA21
  withManager(async (manager, system) => {
    const mutex = manager.handle("mutex", () => new ReentrantMutex());
    const changed = manager.handle("changed", () => new Condition());
    const open = manager.handle("open", () => new Semaphore(1));
    const bounded = manager.handle(
      "bounded",
      () => new Semaphore(1, { max: 1 }),
    );
    const depth = await system.run(useLocks, [mutex, changed, [open, bounded]]);
    assertEquals([depth, mutex.locked], [2, false]);
    using _held = await changed.lock();
    assertEquals([open.value, bounded.value], [0, 0]);
    open.release();
    open.release();
    bounded.release();
    assertEquals([open.value, bounded.value], [2, 1]);
    assertThrows(() => bounded.release(), OverReleasedError);
  }));

Deno.test("a barrier of a manager says how many are to meet, and is reset from any thread", () =>
  // MA22
  withManager(async (manager, system) => {
    const barrier = manager.handle("meet", () => new Barrier(5));
    assertEquals(await system.run(resetBarrier, [barrier]), 5);
    assertEquals([barrier.waiting, barrier.broken], [0, false]);
  }));

Deno.test("a pool stays where it is; a part of a manager has one of its own, which ends with its scope", () =>
  // MA23
  withManager(async (manager, system) => {
    {
      await using pool = manager.handle("pool", () => new Pool({ size: 1 }));
      assertThrows(() => system.run(echo, [pool]), DataCloneError);
    }
    const ledger = await manager.custom("ledger", Ledger);
    const { ask } = ledger.with({ timeout: 30_000 });
    assertEquals(await ask.poolOfOwn(), [4, 9]);
  }));

Deno.test("a queue of a manager that is full is emptied in order by another thread", () =>
  // MA24
  withManager(async (manager, system) => {
    const queue = manager.handle("q", () => new Queue<number>({ capacity: 2 }));
    await queue.put(1);
    await queue.put(2);
    assertEquals(await system.run(emptyQueue, [queue]), {
      before: [2, true],
      taken: [1, 2],
      empty: true,
    });
    // All of them were said to be done.
    await queue.idle({ timeout: 0 });
    assertEquals(queue.empty, true);
  }));

Deno.test("a managed list is counted, searched, sorted, turned round, read and emptied by another thread", () =>
  // MA25
  withManager(async (manager, system) => {
    const list = manager.list<number>("l");
    await list.push(5, 12, 5, 7);
    assertEquals(await system.run(useList, [list]), {
      counts: [2, 3],
      sorted: [5, 5, 7, 12],
      seen: [12, 7, 5, 5],
      size: 4,
      popped: [5, 5, 7, 12],
    });
    assertEquals(await list.slice(), []);
  }));

Deno.test("a managed map is read, copied and emptied by another thread", () =>
  // MA26
  withManager(async (manager, system) => {
    const map = manager.map<string, number>("m");
    await map.set("foo", 5);
    assertEquals(await system.run(useMap, [map]), {
      got: 5,
      entries: [["foo", 5]],
      keys: ["foo"],
      values: [5],
      copy: new Map([["foo", 5]]),
      popped: ["foo", 5],
    });
    assertEquals(await map.size(), 0);
  }));

Deno.test("a value, an array and a namespace of a manager cross threads", () =>
  // MA27, MA28
  withManager(async (manager, system) => {
    const value = manager.value("v", 1);
    const array = manager.handle("a", () => sharedArray(Int32Array, [3, 4]));
    const names = manager.namespace<{ x: number; y: string }>("n");
    await names.set("x", 10);
    await names.set("y", "why");
    const seen = await system.run(useValues, [value, array, names]);
    assertEquals(seen, [1, [3, 4], { x: 10, y: "why" }]);
    assertEquals([await value.get(), array[0]], [2, 9]);
  }));

Deno.test("an error of a manager is held by nobody but who caught it", async () => { // MA29
  const path = new URL("manager_errors.ts", import.meta.url).href;
  const { stdout, stderr } = await runDeno(
    ["run", "-A", "--quiet", "--v8-flags=--expose-gc", path],
    { cwd: PACKAGE },
  );
  assertEquals([stdout.trim(), stderr], [
    JSON.stringify({ made: 3, held: 0 }),
    "",
  ]);
});

Deno.test("W29 a part of a manager that fails is restarted, and what it held is given to the next", () =>
  withManager(async (manager) => {
    const part = await manager.custom("h", Holder);
    const lock = manager.lock("l");
    await part.ask.lock(lock);
    const next = lock.lock();
    await assertRejects(() => part.ask.fail(), ActorCrashedError);
    assertEquals((await next).ownerDied, true);
    await part.ask.enter(manager.presence<string>("p"), "again");
    assertEquals(await manager.presence("p").entries(), [["again", "here"]]);
  }));

Deno.test("W30 an element is read without a message, also while its manager is restarted", async () => {
  await using system = new System();
  const replicas = { r: { capacity: 10 } };
  await using manager = await Manager.start({ system, replicas });
  const map = manager.replica<number>("r");
  await map.set("a", 1);
  const victims = manager.map<string, number[]>("victims");
  const ended = assertRejects(
    () => victims.reduce("v", misbehave, ["exit"], []),
    ActorCrashedError,
  );
  // Nobody is asked: it is here before any other turn.
  let reads = 0;
  for (let n = 0; n < 1_000; n++) if (map.read("a") === 1) reads++;
  assertEquals(reads, 1_000);
  await ended;
  assertEquals(map.read("a"), 1);
});
