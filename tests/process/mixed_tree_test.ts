/** One tree over threads, processes and light actors. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  supervise,
  System,
} from "../../mod.ts";
import { Foreman } from "../fixtures/foreman_of_three.ts";
import { Counter, type CounterActor } from "../fixtures/process_actors.ts";

const PATIENT = { initTimeout: 30_000 };
const PLACEMENTS = ["thread", "process", "shared", "local"] as const;

/** Ends the process of an actor from outside; resolves when whoever asked it was told. */
async function endProcess(ref: ActorRef<CounterActor>): Promise<void> {
  const pid = await ref.ask.pid();
  const asked = assertRejects(
    () => ref.with({ timeout: Infinity }).ask.spin(),
    ActorCrashedError,
  );
  Deno.kill(pid, "SIGKILL");
  await asked;
}

Deno.test("supervise() restarts all children, in whatever placement, when the process of one is killed", async () => {
  await using system = new System({ spares: 0, deadLetterLines: 0 });
  await using tree = await supervise({
    strategy: "oneForAll",
    backoff: false,
    children: PLACEMENTS.map((placement) => ({
      id: placement,
      actor: Counter,
      args: [1],
      options: { placement, ...PATIENT },
    })),
  }, system);
  const refs = PLACEMENTS.map((id) => tree.ref(id, Counter));
  for (const ref of refs) assertEquals(await ref.ask.add(1), 2);
  await endProcess(tree.ref("process", Counter));
  while (refs.some(({ incarnation }) => incarnation === 1)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  for (const ref of refs) {
    assertEquals(await ref.with({ timeout: 60_000 }).ask.add(5), 6);
    assertEquals(ref.incarnation, 2);
  }
});

for (const placement of ["thread", "process"] as const) {
  Deno.test(`a supervisor in a ${placement} restarts its children in other placements, and takes them along`, async () => {
    await using system = new System({ spares: 0, deadLetterLines: 0 });
    const foreman = await system.spawn(Foreman, [], { placement, ...PATIENT });
    const crew = await foreman.ask.crew();
    assertEquals(await Promise.all(crew.map((ref) => ref.ask.add(1))), [
      11,
      11,
      11,
    ]);
    await endProcess(crew[1]!);
    assertEquals(await crew[1]!.with({ timeout: 60_000 }).ask.add(2), 12);
    assertEquals(await crew[0]!.ask.add(1), 12);
    if (placement === "process") Deno.kill(await foreman.ask.pid(), "SIGKILL");
    else await foreman.stop();
    const { kind } = await foreman.exited;
    assertEquals(kind, placement === "process" ? "crashed" : "stopped");
    for (const ref of crew) await ref.exited;
  });
}
