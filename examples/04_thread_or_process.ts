// A thread is cheap and shares memory; a process has memory and permissions of its own, and dies alone.
import { run, task } from "@troupe/actors";

const whoami = task(import.meta, "whoami", (): number => Deno.pid);

if (import.meta.main) {
  const [thread, process] = await Promise.all([
    run(whoami, []),
    run(whoami, [], { placement: "process", permissions: "none" }),
  ]);
  console.log(thread === Deno.pid, process !== Deno.pid); // true true
}
