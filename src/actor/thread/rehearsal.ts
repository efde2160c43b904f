/**
 * A life as an actor, played once by a thread that waits to become one.
 *
 * What a thread does for the first time is slow: functions are compiled when
 * they are first called, and the first stack of an error reads the source maps
 * of all files in it. Played while nobody waits, all this is done when a start,
 * a first answer or a failure has to be fast.
 *
 * @module
 */
import { errorFromWire } from "../../error_wire.ts";
import { loadText } from "../../memory/byte_text.ts";
import { EndpointTable } from "../../memory/endpoints.ts";
import { ActorLoop } from "./actor_loop.ts";
import { Shelves } from "./shelves.ts";
import { Isolate } from "./isolate.ts";
import type { Address, ToNursery, WireReport } from "../mail/protocol.ts";
import { refTo } from "../ref.ts";
import { RefCore } from "../mail/ref_core.ts";

class Understudy {
  play(...lines: unknown[]): unknown {
    return lines;
  }

  fall(): never {
    throw new Error("The rehearsal is over");
  }
}

/** Times that it answers before it falls. */
const SCENES = 20;

/**
 * An actor starts, answers a few times, fails and is reported, on a stage of its own: nobody else sees any of it.
 *
 * @param isOver Whether the thread has a life of its own by now: then it is cut short.
 */
export async function rehearse(isOver: () => boolean): Promise<void> {
  loadText();
  const table = new EndpointTable();
  // Row 0 is a main thread that never comes.
  table.open();
  const address: Address = table.open();
  const stage: Isolate = new Isolate(
    table,
    address.endpoint,
    0,
    (message: ToNursery) => {
      if (message.type === "connect") stage.adopt(message.lane);
    },
  );
  try {
    const { ask } = refTo<Understudy>(
      new RefCore(stage, address, "rehearsal", 1),
    );
    const over = Promise.withResolvers<WireReport>();
    stage.consumer = new ActorLoop(
      stage,
      new Understudy(),
      {
        name: "rehearsal",
        incarnation: 1,
        concurrency: 1,
        isAlone: () => false,
        shelf: new Shelves(
          stage.mailbox,
          address.endpoint,
          0,
          1,
          undefined,
          () => {},
        ),
        ended: over.resolve,
      },
    );
    for (let scene = 0; scene < SCENES && !isOver(); scene++) {
      await ask.play(scene, "to be", { or: ["not", 2.5, true] });
    }
    ask.fall().catch(() => {});
    const { error } = await over.promise;
    if (error !== undefined) errorFromWire(error);
  } finally {
    stage.close(new Error("The rehearsal is over"));
  }
}
