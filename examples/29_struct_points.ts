// Numbers, a text and an array of structs that another thread changes: 49, 1/9, HELLO WORLD and squared points.
import {
  Mutex,
  run,
  SharedText,
  SharedValue,
  struct,
  type StructArray,
  task,
} from "@troupe/actors";

const Point = struct({ x: "f64", y: "f64" });
type Points = StructArray<{ readonly x: "f64"; readonly y: "f64" }>;

const modify = task(
  import.meta,
  "modify",
  async (
    n: SharedValue,
    x: SharedValue<"f64">,
    text: SharedText,
    points: Points,
  ): Promise<void> => {
    using _held = await points.lock();
    n.value **= 2;
    x.value **= 2;
    text.value = text.value.toUpperCase();
    for (const point of points) {
      point.x **= 2;
      point.y **= 2;
    }
  },
);

if (import.meta.main) {
  const lock = new Mutex();
  const n = new SharedValue("i32", 7);
  const x = new SharedValue("f64", 1 / 3);
  const text = new SharedText(32, "hello world");
  const points = Point.array([
    { x: 1.875, y: -6.25 },
    { x: -5.75, y: 2 },
    { x: 2.375, y: 9.5 },
  ], { lock });
  await run(modify, [n, x, text, points]);
  console.log(n.value, x.value.toFixed(4), text.value);
  for (const { x, y } of points) console.log(x, y);
}
