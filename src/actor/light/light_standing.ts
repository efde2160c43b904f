import { encode } from "../../memory/codec.ts";
import { Ask } from "../mail/ask_book.ts";
import { KIND } from "../mail/protocol.ts";
import type { RefCore } from "../mail/ref_core.ts";
import type { LightActor } from "./light_actor.ts";
import { LIGHT_OP } from "./light_control.ts";
import { lightsOf } from "./lights_of.ts";

/** How an actor stands: it is there, was asked to stop, or has ended for good. */
export type Standing = "open" | "stopping" | "gone";

/** The longest that its thread is asked for, in milliseconds. */
const ASK_MS = 5_000;

/** How a light actor of this thread stands. */
export function standing(actor: LightActor | undefined): Standing {
  if (actor === undefined) return "gone";
  return actor.stopping ? "stopping" : "open";
}

/** How the light actor behind `core` stands, as its own thread sees it: nobody is told of an end before that knows it. */
export async function standingOf(core: RefCore): Promise<Standing> {
  const { isolate, address } = core;
  const { endpoint, local = 0 } = address;
  if (core.report !== undefined || isolate.closed) return "gone";
  const lights = lightsOf(isolate);
  if (endpoint === isolate.endpoint) return standing(lights.find(local));
  const answer = new Promise<unknown>((resolve, reject) => {
    const { asks } = isolate;
    const how = ["standing", [], ASK_MS] as const;
    const ask = new Ask(asks, core, ...how, resolve, reject);
    ask.light = { sent: false, begun: true, capacity: 1 };
    asks.add(ask);
    const { post } = lights;
    post.send(
      address,
      KIND.LIGHT,
      LIGHT_OP.STANDING,
      ask.id,
      local,
      encode([]),
      ask,
    );
    isolate.wake();
  });
  return await answer.then(
    (found) => found as Standing,
    // Its thread ended: it has too, or waits to be restarted.
    () => core.report === undefined ? "open" : "gone",
  );
}
