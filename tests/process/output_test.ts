/** What processes write, for who wants it. */
import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError, type OutputLine, System } from "../../mod.ts";
import { Writer } from "../fixtures/writer.ts";
import { SaidLines } from "../fixtures/said_lines.ts";

const OPTIONS = {
  placement: "process",
  initTimeout: 60_000,
  name: "writer",
} as const;

/** What was written where, in order. */
function textsOf(
  lines: readonly OutputLine[],
  stream: OutputLine["stream"],
): string[] {
  return lines.filter((line) => line.stream === stream)
    .map(({ text }) => text);
}

for (const end of ["stop", "exit"] as const) {
  Deno.test(`SystemOptions.onOutput is told each line of a process in order, the last before its end: ${end}`, async () => {
    const lines: OutputLine[] = [];
    using said = new SaidLines();
    await using system = new System({
      spares: 0,
      deadLetterLines: 0,
      onOutput: (line) => void lines.push(line),
    });
    const writer = await system.spawn(Writer, [], OPTIONS);
    await writer.ask.write("stdout", "one\ntwo\n\nthr");
    await writer.ask.write("stderr", "bad\n");
    await writer.ask.write("stdout", "ee\n");
    writer.tell.write("stdout", "last, and not ended");
    if (end === "exit") writer.tell.exit();
    await (end === "exit" ? writer.exited : writer.stop());
    assertEquals(textsOf(lines, "stdout"), [
      "one",
      "two",
      "",
      "three",
      "last, and not ended",
    ]);
    assertEquals(textsOf(lines, "stderr"), ["bad"]);
    assertEquals(new Set(lines.map(({ name }) => name)), new Set(["writer"]));
    assertEquals(said.lines, []);
  });
}

Deno.test("SystemOptions.onOutput is told what is written by a process that an actor of another thread starts", async () => {
  const first = Promise.withResolvers<OutputLine>();
  await using system = new System({
    spares: 0,
    deadLetterLines: 0,
    onOutput: first.resolve,
  });
  const writer = await system.spawn(Writer, []);
  await writer.with({ timeout: 60_000 }).ask.haveWritten("far\n");
  const line = { name: "writer", stream: "stdout", text: "far" } as const;
  assertEquals(await first.promise, line);
});

Deno.test("System() refuses an onOutput that is no function", () => {
  for (const onOutput of [null, 1, "log", {}]) {
    assertThrows(
      () => new System({ onOutput: onOutput as never }),
      InvalidOptionError,
      "'onOutput' must be a function",
    );
  }
});
