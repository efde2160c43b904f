// Every third call fails. The supervisor brings the actor back, the ref stays the same, and the next call is served.
import { actor, supervise } from "@troupe/actors";

class Service {
  readonly #failEvery: number;
  static #calls = 0;

  constructor(failEvery: number) {
    this.#failEvery = failEvery;
  }

  work(): string {
    if (++Service.#calls % this.#failEvery === 0) {
      throw new Error("Service fell over");
    }
    return "ok";
  }
}

const Flaky = actor(import.meta, "Flaky", Service);

if (import.meta.main) {
  await using tree = await supervise({
    strategy: "oneForOne",
    maxRestarts: 5,
    withinMs: 10_000,
    children: [{ id: "flaky", actor: Flaky, args: [3] }],
  });
  const flaky = tree.ref("flaky", Flaky);
  for (let i = 0; i < 5; i++) {
    console.log(await flaky.ask.work().catch((error: Error) => error.message));
  }
  console.log(
    tree.children().map(({ id, restarts }) => `${id}: ${restarts} restart`),
  ); // flaky: 1 restart
}
