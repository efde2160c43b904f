import { assertEquals, assertThrows } from "@std/assert";
import { BadInputError } from "../../examples/search_service/bad_input_error.ts";
import { readOptions } from "../../examples/search_service/options.ts";

Deno.test("readOptions() reads a folder and flags in any order", () => {
  assertEquals(
    readOptions([
      "--chaos",
      "docs",
      "--serve",
      "--port",
      "0",
      "--indexers=3",
      "--query",
      "a b",
      "--state=s.db",
    ]),
    {
      folder: "docs",
      serve: true,
      chaos: true,
      port: 0,
      indexers: 3,
      queries: ["a b"],
      state: "s.db",
    },
  );
});

Deno.test("readOptions() searches the project on port 8080 when nothing is given", () => {
  const options = readOptions(["--indexers", "2"]);
  assertEquals(options, {
    folder: undefined,
    serve: false,
    chaos: false,
    port: 8080,
    indexers: 2,
    queries: [],
    state: undefined,
  });
});

Deno.test("readOptions() takes a folder whose name is a number", () => {
  const options = readOptions(["2024"]);
  assertEquals(options === "help" ? options : options.folder, "2024");
});

Deno.test("readOptions() says in one line what is wrong", () => {
  const wrong = [
    ["--bogus"],
    ["a", "b"],
    ["--port", "65536"],
    ["--port", "x"],
    ["--port"],
    ["--query", "!?"],
    ["--state", ""],
    ["--indexers", "0"],
  ];
  for (const args of wrong) {
    const error = assertThrows(() => readOptions(args), BadInputError);
    assertEquals([args, error.message.includes("\n")], [args, false]);
  }
});

Deno.test("readOptions() says help when it is asked for, whatever else is there", () => {
  assertEquals(readOptions(["--help"]), "help");
  assertEquals(readOptions(["-h", "--bogus"]), "help");
});
