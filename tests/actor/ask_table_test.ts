import { assertEquals } from "@std/assert";
import { AskTable } from "../../src/actor/mail/ask_table.ts";

interface One {
  id: number;
  name: string;
}

/** Adds `count` of them. */
function addAll(table: AskTable<One>, count: number): One[] {
  return Array.from({ length: count }, (_, at) => {
    const one = { id: 0, name: `${at}` };
    table.add(one);
    return one;
  });
}

Deno.test("AskTable finds each by its number, as many as there are, in the order they came", () => {
  for (const epoch of [0, 1, 255]) {
    const table = new AskTable<One>(epoch << 24);
    const all = addAll(table, 1_000);
    assertEquals(new Set(all.map(({ id }) => id)).size, 1_000);
    assertEquals(all.every(({ id }) => id >>> 24 === epoch), true);
    assertEquals([table.size, table.all()], [1_000, all]);
    for (const one of all) assertEquals(table.get(one.id), one);
    for (const one of all.slice(1)) {
      assertEquals(table.delete(one.id), one);
      assertEquals(table.delete(one.id), undefined);
    }
    assertEquals([table.size, table.all()], [1, [all[0]]]);
    table.clear();
    assertEquals([table.size, table.get(all[0]!.id)], [0, undefined]);
  }
});

Deno.test("AskTable gives a number again only when 2^24 others have had theirs, and never one that is kept", () => {
  const table = new AskTable<One>(0);
  const [kept] = addAll(table, 1);
  const first = kept!.id;
  const one = { id: 0, name: "" };
  let least = Infinity;
  let laps = 0;
  for (let i = 0; i < 0xffffff + 10; i++) {
    const before = one.id;
    table.add(one);
    if (one.id < before) laps++;
    least = Math.min(least, one.id);
    if (table.get(one.id) !== one) throw new Error(`${one.id} is not found`);
    table.delete(one.id);
  }
  assertEquals([laps, least > first, table.get(first)], [1, true, kept]);
});
