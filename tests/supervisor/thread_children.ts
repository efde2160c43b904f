/** Actors that supervisors on real threads are tried on. */
import { actor, type ActorClass } from "../../src/actor/define.ts";
import { registerError } from "../../src/error_wire.ts";
import { StartDeclined } from "../../src/supervisor/start_declined.ts";

/** A class of error that both sides know. */
export class BadData extends Error {
  override name = "BadData";
}
registerError(BadData);

class WorkerActor {
  #sum = 0;
  readonly #given: readonly string[];

  constructor(...given: string[]) {
    this.#given = given;
  }

  given(): readonly string[] {
    return this.#given;
  }

  add(n: number): number {
    return this.#sum += n;
  }

  fail(): never {
    throw new Error("told to");
  }

  failOnData(): never {
    throw new BadData("told to");
  }
}

/** Counts, fails as told. */
export const Worker: ActorClass<string[], WorkerActor> = actor(
  import.meta,
  "Worker",
  WorkerActor,
);

class IdleActor {
  onStart(): void {
    throw new StartDeclined("not needed");
  }
}

/** Is never needed. */
export const Idle: ActorClass<[], IdleActor> = actor(
  import.meta,
  "Idle",
  IdleActor,
);
