// Who am I, and who started me?
import { current, run, task } from "@troupe/actors";

const child = task(import.meta, "child", () => {
  return { me: current.name, boss: current.parent?.name };
});

if (import.meta.main) {
  console.log(await run(child, [], { name: "SomeWorker" })); // { me: "SomeWorker", boss: "main" }
}
