import { assert, assertEquals } from "@std/assert";
import type { Clients } from "../../src/manager/clients.ts";
import { LockBook } from "../../src/manager/lock_book.ts";
import { State } from "../../src/manager/state.ts";

Deno.test("LockBook.acquire() gives a lock that all have left, in the same turn too", async () => {
  const state = new State();
  const clients = { hold: () => () => {} } as unknown as Clients;
  const book = new LockBook(state, clients, (effects) => {
    for (const effect of effects) state.apply(effect);
  });
  assert(await book.acquire("l", "first", 0, undefined));
  const waiting = book.acquire("l", "second", 1_000, undefined);
  // Messages of one turn are handled one right after the other.
  book.release("l", "second");
  book.release("l", "first");
  const third = book.acquire("l", "third", 1_000, undefined);
  assertEquals(await waiting, undefined);
  assert(await third);
  book.close();
});
