import { ChannelControl } from "../../src/channel/channel_control.ts";
import { CHANNEL, END } from "../../src/channel/channel_layout.ts";
import { slotsFor } from "../../src/channel/record_ring.ts";
import { poke } from "../../src/memory/cells.ts";
import { Lives } from "../../src/sync/lives.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { DIED, ENDED, FENCED, NUMBER } from "./fixtures/channel_threads.ts";
import { SYNC_WORDS, whoOf } from "./sync_model.ts";

const WORDS: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(SYNC_WORDS).filter(([key]) => key.startsWith("0:")),
  ),
  [`1:${CHANNEL.TX}`]: "TX",
  [`1:${CHANNEL.TX + CHANNEL.SLEEP}`]: "TX_SLEEP",
  [`1:${CHANNEL.RX}`]: "RX",
  [`1:${CHANNEL.RX + CHANNEL.SLEEP}`]: "RX_SLEEP",
  [`1:${CHANNEL.TAIL}`]: "TAIL",
  [`1:${CHANNEL.HEAD}`]: "HEAD",
};

/** A table in which two threads live, and a channel whose sending end the thread `sender` has. */
function setup(capacity: number, sender: number): SharedArrayBuffer[] {
  const lives = new Lives(undefined, 4);
  for (let i = 0; i < 3; i++) lives.claim(0);
  const { words } = ChannelControl.make(
    capacity,
    NUMBER.byteLength,
    slotsFor(capacity),
  );
  poke(words, CHANNEL.ROOT, lives.root);
  poke(words, CHANNEL.TX, whoOf(sender));
  poke(words, CHANNEL.RX, whoOf(1 - sender));
  return [lives.memory, words.buffer];
}

/** What each thread logged. */
function plain({ logs }: Run): string {
  return logs.map((log) => log.join() || "-").join("; ");
}

/** What is wrong with what was sent and received: `""` if nothing is. */
function fault(
  sent: readonly number[],
  received: readonly number[],
  mayBeOneMore: boolean,
): string {
  const [was, came] = [sent, received].map((log) => log.filter((n) => n > 0));
  if (came!.some((n, i) => n !== i + 1)) return "out of order or twice";
  const more = came!.length - was!.length;
  if (more < 0) return "lost";
  return more > (mayBeOneMore ? 1 : 0) ? "never sent" : "";
}

interface Meeting {
  readonly capacity?: number;
  /** Which thread sends; 0 by default. */
  readonly sender?: number;
  readonly maxPreemptions?: number;
  readonly mayDie?: readonly string[];
  readonly timePasses?: boolean;
  readonly outcome?: (run: Run) => string;
  readonly allowed: readonly string[] | ((outcome: string) => boolean);
}

function meeting(
  threads: readonly string[],
  {
    capacity = 1,
    sender = 0,
    maxPreemptions = 2,
    outcome = plain,
    allowed,
    ...rest
  }: Meeting,
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/channel_threads.ts"),
    threads,
    setup: () => setup(capacity, sender),
    outcome,
    allowed: (found) =>
      typeof allowed === "function" ? allowed(found) : allowed.includes(found),
    words: WORDS,
    maxPreemptions,
    ...rest,
  });
}

// -- Sleep and ring --

Deno.test("a channel of one record gives three to who waits for them, whoever is interrupted twice", async () => {
  assertSound(
    await meeting(["sendsThree", "receivesThree"], {
      allowed: ["1,2,3; 1,2,3"],
    }),
    100,
  );
});

Deno.test("a channel of two records gives three to who waits for them", async () => {
  assertSound(
    await meeting(["sendsThree", "receivesThree"], {
      capacity: 2,
      allowed: ["1,2,3; 1,2,3"],
    }),
    100,
  );
});

// -- Close --

Deno.test("a channel that its sender closes ends after all that was sent", async () => {
  assertSound(
    await meeting(["sendsTwoAndCloses", "receivesAll"], {
      allowed: [`1,2; 1,2,${ENDED}`],
    }),
    100,
  );
  assertSound(
    await meeting(["sendsManyAndCloses", "receivesAll"], {
      capacity: 2,
      maxPreemptions: 3,
      allowed: [`-; 1,2,${ENDED}`],
    }),
    100,
  );
});

Deno.test("a channel says that it is over only when all was received", async () => {
  assertSound(
    await meeting(["sendsManyAndCloses", "polls"], {
      capacity: 2,
      maxPreemptions: 4,
      allowed: ["-; -", "-; 1", "-; 1,2", `-; 1,2,${ENDED}`],
    }),
    50,
  );
});

Deno.test("a channel that its receiver closes holds up no sender", async () => {
  assertSound(
    await meeting(["sendsThree", "receivesOneAndCloses"], {
      // What was sent before the close may never be received.
      allowed: [`1,2,${ENDED}; 1`, `1,${ENDED}; 1`, "1,2,3; 1"],
    }),
    100,
  );
});

// -- Death --

Deno.test("a channel keeps what its sender sent before it was given up, and nothing after", async () => {
  assertSound(
    await meeting(["sendsTwo", "receivesAll", "nursery"], {
      timePasses: true,
      outcome: ({ logs }) =>
        `${fault(logs[0]!, logs[1]!, false)}${logs[1]!.at(-1)}`,
      allowed: [`${DIED}`],
    }),
    500,
  );
});

Deno.test("a channel keeps what its sender sent before it died at any step", async () => {
  assertSound(
    await meeting(["sendsTwo", "receivesAll", "nursery"], {
      maxPreemptions: 1,
      mayDie: ["sendsTwo"],
      timePasses: true,
      outcome: ({ logs, died }) =>
        `${fault(logs[0]!, logs[1]!, died[0]!)}${logs[1]!.at(-1)}`,
      allowed: [`${DIED}`],
    }),
    500,
  );
});

Deno.test("a channel tells its sender that the receiver died at any step", async () => {
  assertSound(
    await meeting(["receivesTwoFirst", "sendsThreeSecond", "nursery"], {
      sender: 1,
      maxPreemptions: 1,
      mayDie: ["receivesTwoFirst"],
      timePasses: true,
      // All were sent before, or it is told.
      allowed: (found) => {
        const sent = found.split("; ")[1]!;
        return sent === "1,2,3" || sent.endsWith(`${DIED}`);
      },
    }),
    200,
  );
});

// -- An end on its way --

/** An end in a message of a thread that dies: what became of it, for who receives it and for the other side. */
function sentAway(claimer: string): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/channel_threads.ts"),
    threads: [claimer, "mourns", "nursery"],
    setup: () => {
      const memory = setup(1, 0);
      const words = new Int32Array(memory[1]!);
      poke(words, CHANNEL.TX, whoOf(0) | END.TRANSIT);
      return memory;
    },
    outcome: ({ logs, memory }) => {
      const end = new Int32Array(memory[1]!)[CHANNEL.TX]!;
      const isLost = (end & END.DIED) !== 0;
      return `${plain({ logs, memory, died: [] })} ${isLost ? "lost" : "held"}`;
    },
    allowed: (outcome) =>
      ["1; 0,0; - held", "0; 0,1; - lost", "0; 1,1; - lost"].includes(outcome),
    words: WORDS,
    maxPreemptions: 3,
  });
}

Deno.test("an end on its way from a thread that dies is received or lost, and both sides agree", async () => {
  assertSound(await sentAway("claims"), 20);
});

Deno.test("the explorer finds an end that is received after it was lost", async () => {
  const found = await sentAway("claimsBlindly");
  if (found.wrong === undefined) throw new Error("It was not found");
});

// -- Found --

Deno.test("the explorer finds a sender that wakes nobody", async () => {
  const found = await meeting(["sendsSilently", "receivesAll"], {
    allowed: () => true,
  });
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds a close that wakes nobody", async () => {
  const found = await meeting(["closesSilently", "receivesAll"], {
    capacity: 2,
    maxPreemptions: 4,
    allowed: () => true,
  });
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds a receiver that says too late that it sleeps", async () => {
  const found = await meeting(["sendsTwoAndCloses", "looksFirst"], {
    capacity: 2,
    maxPreemptions: 3,
    allowed: () => true,
  });
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds a sender that was given up and publishes on", async () => {
  const found = await meeting(
    ["sendsThroughTheSeal", "receivesAll", "nursery"],
    {
      capacity: 2,
      timePasses: true,
      outcome: ({ logs }) =>
        `${fault(logs[0]!, logs[1]!, false)}${logs[1]!.at(-1)}`,
      allowed: [`${DIED}`],
    },
  );
  assertFlawFound(found, "lost");
});

Deno.test("the explorer finds a receiver that does not believe in deaths", async () => {
  const found = await meeting(["sendsTwo", "receivesTrustfully", "nursery"], {
    timePasses: true,
    allowed: [`1,2; 1,2,${DIED}; -`, `${FENCED}`],
  });
  if (found.wrong === undefined) throw new Error("It was not found");
});
