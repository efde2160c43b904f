import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError, Mutex, struct, StructArray } from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";

const Point = struct({ x: "f64", y: "f64" });

Deno.test("StructArray.at() misses outside and touches no neighbour", () => {
  const points = Point.array([{ x: 1, y: 2 }, { x: 3, y: 4 }]);
  for (const index of [-1, 2, 0.5, NaN, 2 ** 32]) {
    assertThrows(() => points.at(index), InvalidOptionError, "below 2");
    assertThrows(() => points.set(index, { x: 0, y: 0 }), InvalidOptionError);
  }
  assertEquals(points.toObjects(), [{ x: 1, y: 2 }, { x: 3, y: 4 }]);
  assertEquals([points.length, points.byteLength], [2, 32]);
});

Deno.test("StructArray.at() gives records that do not become others", () => {
  const points = Point.array([{ x: 1, y: 2 }, { x: 3, y: 4 }]);
  const [first, second] = points;
  points.at(1).x = 30;
  assertEquals([first!.x, second!.x], [1, 30]);
});

Deno.test("StructArray.move() takes a record to another place of its array", () => {
  const points = Point.array([{ x: 1, y: 2 }, { x: 3, y: 4 }]);
  const record = points.at(0);
  assertEquals(points.move(record, 1).y, 4);
  record.x = 5;
  assertEquals(points.toObjects(), [{ x: 1, y: 2 }, { x: 5, y: 4 }]);
  assertThrows(() => points.move(record, 2), InvalidOptionError);
  const stranger = Point.array(1).at(0);
  assertThrows(() => points.move(stranger, 0), InvalidOptionError);
  assertEquals(record.x, 5);
});

Deno.test("StructArray.lock() takes its own lock, or the one it was given", async () => { // VA03, AR04
  const own = Point.array(1);
  {
    using _held = await own.lock();
    assertEquals(own.mutex.tryLock(), undefined);
  }
  assertEquals(own.mutex.locked, false);
  const mutex = new Mutex();
  const given = Point.array(1, { lock: mutex });
  using _held = await given.lock();
  assertEquals([given.mutex === mutex, mutex.locked], [true, true]);
  assertThrows(
    () => Point.array(1, { lock: {} as Mutex }),
    InvalidOptionError,
    '"lock" must be a Mutex',
  );
});

Deno.test("StructArray has no lock when it is to have none", async () => { // VA03, AR04
  const free = Point.array(1, { lock: false });
  assertEquals(free.mutex, false);
  // @ts-expect-error: without a lock there is no lock().
  await assertRejects(() => free.lock(), InvalidOptionError);
  assertEquals(Point.on(new SharedArrayBuffer(32)).mutex, false);
});

Deno.test("StructArray travels with its lock and is one object where it arrives twice", () => {
  const points = Point.array([{ x: 1, y: 2 }]);
  assertEquals(
    copy([points, { again: points }]).map((one) =>
      one instanceof StructArray ? one === points : one.again === points
    ),
    [true, true],
  );
});

Deno.test("StructArray over a region travels by its place", () => {
  const lock = new Mutex();
  const region = new SharedArrayBuffer(64);
  const points = Point.on(region, 16, 2, { lock });
  points.at(1).y = 7;
  const arrived = copy(points);
  arrived.at(1).x = 5;
  assertEquals(points.toObjects(), [{ x: 0, y: 0 }, { x: 5, y: 7 }]);
  assertEquals([arrived.rows, arrived.mutex === lock], [points.rows, true]);
});

Deno.test("a record travels, prints and serialises as what is in it", () => {
  const points = Point.array([{ x: 1, y: 2 }, { x: 3, y: 4 }]);
  const record = copy({ deep: [points.at(1)] }).deep[0]!;
  record.x = 30;
  assertEquals(points.at(1).x, 30);
  assertEquals(JSON.stringify(record), '{"x":30,"y":4}');
  assertEquals(Deno.inspect(record), "{ x: 30, y: 4 }");
  assertEquals(Object.assign({}, points.toObject(0)), { x: 1, y: 2 });
});
