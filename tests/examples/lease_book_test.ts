import { assertEquals } from "@std/assert";
import {
  type FileResult,
  type Lease,
  LeaseBook,
} from "../../examples/search_service/lease_book.ts";

const A = { id: "a", incarnation: 0 };
const B = { id: "b", incarnation: 0 };

function bookOf(...paths: string[]): LeaseBook {
  const book = new LeaseBook();
  book.offer(paths);
  book.seal();
  return book;
}

function done({ file }: Lease): FileResult {
  return { file, outcome: "indexed", words: 1, bytes: 1 };
}

Deno.test("LeaseBook.pull() hands every file to one puller at a time", () => {
  const book = bookOf("1", "2", "3", "4");
  const files = [...book.pull(A, 2), ...book.pull(B, 2)].map((lease) =>
    lease.file
  );
  assertEquals(new Set(files).size, files.length);
});

Deno.test("LeaseBook.pull() brings back what the last incarnation held", () => {
  const book = bookOf("1", "2", "3");
  const held = book.pull(A, 2);
  const again = book.pull({ id: "a", incarnation: 1 }, 10);
  assertEquals(again.map((lease) => lease.file)[0], held[0]?.file);
  assertEquals(book.progress().takenBack, held.length);
});

Deno.test("LeaseBook.pull() gives a ghost nothing and leaves its successor's leases", () => {
  const book = bookOf("1");
  book.pull({ id: "a", incarnation: 1 }, 1);
  assertEquals(book.pull(A, 1), []);
  assertEquals(book.pull(B, 1), []);
});

Deno.test("LeaseBook.accept() takes the first result of a file and no other", () => {
  const book = bookOf("1");
  const [first] = book.pull(A, 1);
  book.release("a");
  const [second] = book.pull(B, 1);
  assertEquals(book.accept([done(second!)]).length, 1);
  assertEquals(book.accept([done(first!)]).length, 0);
  assertEquals(book.progress(), {
    offered: 1,
    done: 1,
    takenBack: 1,
    finished: true,
  });
});

Deno.test("LeaseBook.accept() takes a late result and does not hand the file out again", () => {
  const book = bookOf("1");
  const [lease] = book.pull(A, 1);
  book.release("a");
  assertEquals(book.accept([done(lease!)]).length, 1);
  assertEquals(book.pull(B, 1), []);
});

Deno.test("LeaseBook.accept() refuses a file that was never offered", () => {
  assertEquals(
    bookOf().accept([{ file: 3, outcome: "binary", words: 0, bytes: 0 }]),
    [],
  );
});

Deno.test("LeaseBook.release() says how many files came back", () => {
  const book = bookOf("1", "2");
  const { length } = book.pull(A, 1);
  assertEquals([book.release("a"), book.release("a"), book.release("nobody")], [
    length,
    0,
    0,
  ]);
});

Deno.test("LeaseBook.progress() is not finished before the seal", () => {
  const book = new LeaseBook();
  assertEquals(book.progress().finished, false);
  book.seal();
  assertEquals(book.progress().finished, true);
});

Deno.test("LeaseBook loses and doubles nothing when pullers die at random", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  let state = seed;
  const random = (below: number) =>
    (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 1 >>> 0) % below;
  const book = bookOf(...Array.from({ length: 200 }, (_, i) => `${i}`));
  const pullers = [{ id: "a", incarnation: 0 }, { id: "b", incarnation: 0 }, {
    id: "c",
    incarnation: 0,
  }];
  const counted: number[] = [];
  for (let round = 0; !book.progress().finished && round < 100_000; round++) {
    const puller = pullers[random(3)]!;
    const batch = book.pull(puller, 8);
    const survived = batch.slice(
      0,
      random(4) === 0 ? random(batch.length + 1) : batch.length,
    );
    counted.push(
      ...book.accept(survived.map(done)).map((result) => result.file),
    );
    if (survived.length < batch.length) puller.incarnation++;
  }
  assertEquals(
    counted.sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, i) => i),
    `seed ${seed}`,
  );
});
