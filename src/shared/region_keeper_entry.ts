/**
 * The process that unlinks regions when the one that made them has ended, by whatever means: its end closes the pipe that this one
 * reads.
 *
 * It says `ready` once it can. Each line it reads is the name of a region to keep in mind, and is answered by `noted`: from
 * then on the region may be made. At the end of the pipe it unlinks them all. What a terminal sends to everybody is not for it.
 *
 * @module
 */
import { libc } from "../memory/libc.ts";
import { unlinkMapped } from "../memory/mapped.ts";
import { isRegionName } from "../memory/region_name.ts";

const IGNORED: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

async function say(word: string): Promise<void> {
  try {
    await Deno.stdout.write(new TextEncoder().encode(`${word}\n`));
  } catch {
    // Who asked is dead: the pipe of names is at its end.
  }
}

/** Reads names until the pipe ends. */
async function readNames(names: Set<string>): Promise<void> {
  let rest = "";
  for await (
    const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const name of lines) {
      if (isRegionName(name)) names.add(name);
      await say("noted");
    }
  }
}

if (import.meta.main) {
  for (const signal of IGNORED) Deno.addSignalListener(signal, () => {});
  libc();
  const names = new Set<string>();
  try {
    await say("ready");
    await readNames(names);
  } finally {
    // Nobody may be there to be told of one that the system refuses to unlink.
    for (const name of names) {
      try {
        unlinkMapped(name);
      } catch { /* The others are unlinked all the same. */ }
    }
  }
  Deno.exit(0);
}
