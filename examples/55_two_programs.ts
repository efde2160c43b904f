// Two programs that were started apart: one publishes an actor at an address, the other asks it, and lets it call back.
// In a terminal, run the line that is printed in a second one; elsewhere the program does so itself.
import {
  actor,
  type ActorClass,
  type ActorRef,
  connect,
  listen,
  spawn,
} from "@troupe/actors";

/** Sells tickets, and tells whoever wants to know of each. */
class OfficeActor {
  #left = 3;
  readonly #boards: Set<ActorRef<BoardActor>> = new Set();
  follow(board: ActorRef<BoardActor>): void {
    this.#boards.add(board);
  }
  async sell(to: string): Promise<number> {
    const left = --this.#left;
    for (const board of this.#boards) {
      // One whose program is gone has ended.
      await board.ask.sold(to, left).catch(() => this.#boards.delete(board));
    }
    return left;
  }
}

/** Shows what is sold: an actor of the program that asks. */
class BoardActor {
  readonly #lines: string[] = [];
  sold(to: string, left: number): void {
    this.#lines.push(`${to} has one, ${left} left`);
  }
  lines(): readonly string[] {
    return this.#lines;
  }
}

export const Office: ActorClass<[], OfficeActor> = actor(
  import.meta,
  "Office",
  OfficeActor,
);
export const Board: ActorClass<[], BoardActor> = actor(
  import.meta,
  "Board",
  BoardActor,
);

/** What runs in the second shell. */
async function buy(address: string, key: Uint8Array): Promise<void> {
  await using board = await spawn(Board, []);
  await using connection = await connect(address, { key });
  const office = await connection.actor<OfficeActor>("office");
  await office.ask.follow(board);
  for (const name of ["Ada", "Grace"]) await office.ask.sell(name);
  console.log((await board.ask.lines()).join("\n"));
}

/** Runs this program again as the second shell would. The key is in its environment: arguments can be seen by others. */
async function runOther(address: string, key: Uint8Array): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, address],
    env: { CREW_KEY: key.toHex() },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
}

if (import.meta.main) {
  const [address] = Deno.args;
  if (address !== undefined) {
    await buy(address, Uint8Array.fromHex(Deno.env.get("CREW_KEY")!));
  } else {
    const key = crypto.getRandomValues(new Uint8Array(32));
    await using office = await spawn(Office, []);
    await using listener = await listen("127.0.0.1:0", {
      key,
      publish: { office },
    });
    if (Deno.stdin.isTerminal()) {
      const program = `deno run -A ${import.meta.filename}`;
      console.log(`CREW_KEY=${key.toHex()} ${program} ${listener.address}`);
      prompt("Press Enter when it has run in another shell");
    } else await runOther(listener.address, key);
    console.log(await office.ask.sell("Edsger"), "left");
  }
}
