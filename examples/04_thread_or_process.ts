// One task, two places: a thread is cheap to start and shares memory; a process has its own heap, its own permissions,
// and survives a crash of the other.
import { run, setDefaultPlacement, task } from "@troupe/actors";

const whoami = task(import.meta, "whoami", (): number => Deno.pid);

if (import.meta.main) {
  setDefaultPlacement("thread");
  const [here, there] = await Promise.all([
    run(whoami, []),
    run(whoami, [], { placement: "process" }),
  ]);
  console.log(here === Deno.pid, there !== Deno.pid); // true true
}
