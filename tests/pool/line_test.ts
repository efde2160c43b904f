import { assertEquals } from "@std/assert";
import { Line, type Place } from "../../src/pool/line.ts";
import { seeded } from "../supervisor/seeded.ts";

Deno.test("Line keeps the order in which its members came, whoever leaves", () => {
  const random = seeded(7);
  const line = new Line<number>();
  const places = new Map<number, Place<number>>();
  for (let i = 0; i < 2_000; i++) {
    if (random() < 0.5) places.set(i, line.add(i));
    const at = Math.floor(random() * places.size * 1.2);
    const [member, place] = [...places][at] ?? [];
    if (place !== undefined) {
      line.delete(place);
      places.delete(member!);
      // What has left keeps nobody.
      assertEquals([place.before, place.after], [undefined, undefined]);
    }
    assertEquals([...line], [...places.keys()]);
    assertEquals([line.size, line.first?.member], [
      places.size,
      [...places.keys()][0],
    ]);
  }
  // Who is given may leave.
  for (const member of line) line.delete(places.get(member)!);
  assertEquals([[...line], line.size, line.first], [[], 0, undefined]);
  line.add(1);
  assertEquals([...line], [1]);
});
