// An actor yields the lines of a log, a second one the words of them, and the program reads as far as it wants.
import { actor, type ActorRef, spawn } from "@troupe/actors";

class LogActor {
  #made = 0;

  async *lines(count: number): AsyncGenerator<string> {
    try {
      for (let n = 1; n <= count; n++) {
        this.#made++;
        yield `line ${n}`;
      }
    } finally {
      console.log("the log is closed");
    }
  }

  made(): number {
    return this.#made;
  }
}
const Log = actor(import.meta, "Log", LogActor);

class WordsActor {
  /** Reads one stream and yields another: who is slow makes both of them wait. */
  async *of(log: ActorRef<LogActor>): AsyncGenerator<string> {
    for await (const line of log.with({ credit: 4 }).stream.lines(1_000_000)) {
      yield* line.split(" ");
    }
  }
}
const Words = actor(import.meta, "Words", WordsActor);

if (import.meta.main) {
  await using log = await spawn(Log, []);
  await using words = await spawn(Words, []);
  const found: string[] = [];
  for await (const word of words.with({ credit: 2 }).stream.of(log)) {
    found.push(word);
    if (word === "3") break; // both methods end, and the log says: the log is closed
  }
  console.log(found.join(" ")); // line 1 line 2 line 3
  console.log(await log.ask.made() < 20); // true: not a million
}
