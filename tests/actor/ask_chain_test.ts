import { assertEquals } from "@std/assert";
import { EndpointTable } from "../../src/memory/endpoints.ts";
import { AskChain } from "../../src/actor/mail/ask_chain.ts";
import { KIND } from "../../src/actor/mail/protocol.ts";

/** Three actors on one table, as their threads see them. */
function three(): { chain: AskChain[]; ids: number[] } {
  const table = new EndpointTable();
  table.open();
  const ids = [1, 2, 3].map(() => table.open().endpoint);
  const chain = ids.map((id) => new AskChain(table, id, KIND.ASK, () => false));
  return { chain, ids };
}

Deno.test("AskChain.cycleTo() finds nothing when no handler runs", () => {
  const { chain, ids } = three();
  assertEquals(chain[0]!.cycleTo(ids[0]!), undefined);
});

Deno.test("AskChain.cycleTo() follows who waits for whom until the one that is asked", () => {
  const { chain: [a, b, c], ids } = three();
  const [idA, idB, idC] = ids as [number, number, number];
  a!.begin({ kind: KIND.TELL, c: 0 });
  assertEquals(a!.cycleTo(idB), undefined);
  b!.begin({ kind: KIND.ASK, c: idA });
  assertEquals(b!.cycleTo(idC), undefined);
  c!.begin({ kind: KIND.ASK, c: idB });
  assertEquals(c!.cycleTo(idA), [idA, idB, idC]);
  assertEquals(c!.cycleTo(idB), [idB, idC]);
  assertEquals(c!.cycleTo(idC), [idC]);
  assertEquals(c!.cycleTo(0), undefined);
  // The first gave its ask up and ended its handler: it can answer again.
  a!.end();
  assertEquals(c!.cycleTo(idA), undefined);
  assertEquals(c!.cycleTo(idB), [idB, idC]);
});

Deno.test("AskChain.cycleTo() lets an ask go whose handler nobody waits for", () => {
  const { chain: [a, b], ids: [idA, idB] } = three();
  a!.begin({ kind: KIND.TELL, c: idB! });
  assertEquals(a!.cycleTo(idB!), undefined);
  b!.begin({ kind: KIND.TELL, c: idA! });
  assertEquals(b!.cycleTo(idA!), undefined);
});

Deno.test("AskChain.cycleTo() ends although a circle is there already", () => {
  const { chain: [a, b, c], ids } = three();
  const [idA, idB, idC] = ids as [number, number, number];
  a!.begin({ kind: KIND.ASK, c: idB });
  b!.begin({ kind: KIND.ASK, c: idA });
  a!.cycleTo(99);
  b!.cycleTo(99);
  c!.begin({ kind: KIND.ASK, c: idA });
  assertEquals(c!.cycleTo(98), undefined);
  assertEquals(c!.cycleTo(idB)?.at(-1), idC);
});

Deno.test("AskChain shows nothing of a thread that was replaced", () => {
  const table = new EndpointTable();
  const ids = [1, 2].map(() => table.open().endpoint);
  let fenced = false;
  const zombie = new AskChain(table, ids[0]!, KIND.ASK, () => fenced);
  zombie.begin({ kind: KIND.TELL, c: 0 });
  zombie.cycleTo(ids[1]!);
  // Its successor begins with nobody waiting.
  new AskChain(table, ids[0]!, KIND.ASK, () => false);
  fenced = true;
  zombie.end();
  zombie.begin({ kind: KIND.TELL, c: 0 });
  zombie.cycleTo(ids[1]!);
  const other = new AskChain(table, ids[1]!, KIND.ASK, () => false);
  other.begin({ kind: KIND.ASK, c: ids[0]! });
  assertEquals(other.cycleTo(ids[0]!), undefined);
});
