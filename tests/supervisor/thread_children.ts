/** Actors that supervisors on real threads are tried on. */
import type { Context } from "../../src/actor/current.ts";
import { actor, type ActorClass } from "../../src/actor/define.ts";
import { registerError } from "../../src/error_wire.ts";
import { StartDeclined } from "../../src/supervisor/start_declined.ts";

/** A class of error that both sides know. */
export class BadData extends Error {
  override name = "BadData";
}
registerError(BadData);

/** A class of error that only the actor's side knows. */
class WorseData extends BadData {}

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

  failOnMoreData(): never {
    throw new WorseData("told to");
  }

  async failLater(): Promise<never> {
    throw await Promise.resolve(new BadData("told to"));
  }

  overflow(): number {
    return 1 + this.overflow();
  }

  stray(): Promise<void> {
    queueMicrotask(() => {
      throw new BadData("nobody catches this");
    });
    return new Promise(() => {});
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

class SlowAgainActor {
  readonly #starting: Int32Array;

  constructor(starting: Int32Array) {
    this.#starting = starting;
  }

  onStart({ incarnation }: Context): Promise<void> | void {
    if (incarnation === 1) return;
    Atomics.store(this.#starting, 0, 1);
    Atomics.notify(this.#starting, 0);
    return new Promise(() => {});
  }

  fail(): never {
    throw new Error("told to");
  }
}

/** Comes up once; each further start says so in its word and never ends. */
export const SlowAgain: ActorClass<[Int32Array], SlowAgainActor> = actor(
  import.meta,
  "SlowAgain",
  SlowAgainActor,
);
