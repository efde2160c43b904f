import { assertEquals } from "@std/assert";
import {
  countOf,
  NOTHING,
  sum,
} from "../../examples/search_service/statistics.ts";

Deno.test("sum() of what countOf() says of results is what they come to", () => {
  const indexed = { file: 0, outcome: "indexed", words: 3, bytes: 20 } as const;
  const binary = { file: 1, outcome: "binary", words: 0, bytes: 0 } as const;
  assertEquals(sum([]), NOTHING);
  assertEquals(sum([indexed, binary, indexed].map(countOf)), {
    files: 2,
    words: 6,
    bytes: 40,
    skipped: 1,
  });
});
