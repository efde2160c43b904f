import { assertEquals } from "@std/assert";
import { Items } from "../../src/manager/items.ts";
import { seeded } from "../supervisor/seeded.ts";

Deno.test("Items does what an array does", () => {
  const random = seeded(Number(Deno.env.get("ITEMS_SEED") ?? 1));
  const below = (most: number): number => Math.floor(random() * most);
  const items = new Items<number>();
  const plain: number[] = [];
  let next = 0;
  for (let n = 0; n < 20_000; n++) {
    // Most often as a queue, sometimes with everything else.
    const isQueue = random() < 0.8;
    const start = !isQueue
      ? below(plain.length + 1)
      : random() < 0.5
      ? 0
      : plain.length;
    const count = Math.min(below(4), plain.length - start);
    const coming = start === 0 && isQueue
      ? []
      : Array.from({ length: below(4) }, () => next++);
    assertEquals(
      items.splice(start, count, coming),
      plain.splice(start, count, ...coming),
    );
    assertEquals(items.length, plain.length);
    const [from, to] = [below(60) - 30, below(60) - 30];
    assertEquals(items.slice(from, to), plain.slice(from, to));
    assertEquals(items.at(from), plain.at(from));
    if (plain.length > 0) {
      const place = below(plain.length);
      items.put(place, plain[place] = next++);
    }
    if (n % 1_000 === 0) assertEquals(items.slice(), plain);
  }
  assertEquals(items.slice(), plain);
});

Deno.test("Items takes more at once than fit a stack, at any place", () => {
  const many = Array.from({ length: 300_000 }, (_, i) => i);
  const items = new Items<number>();
  items.splice(0, 0, [-1, -2, -3]);
  assertEquals(items.splice(1, 1, many), [-2]);
  assertEquals([items.length, items.at(0), items.at(1), items.at(-1)], [
    many.length + 2,
    -1,
    0,
    -3,
  ]);
});
