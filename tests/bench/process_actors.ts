/** What runs in processes of its own to be measured. */
import { actor, type ActorClass, type Task, task } from "../../mod.ts";

/** Has a result. */
export const answered: Task<[], number> = task(
  import.meta,
  "answered",
  () => 42,
);

class EchoActor {
  echo(value: number): number {
    return value;
  }
}

/** Answers what it is asked. */
export const Echo: ActorClass<[], EchoActor> = actor(
  import.meta,
  "Echo",
  EchoActor,
);
