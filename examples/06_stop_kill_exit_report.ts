// A worker that never ends is killed; its exit report says so. A thread inside an endless loop cannot be stopped by
// anyone, so the program ends through System.run, which does not wait for it.
import { run, System, task } from "@troupe/actors";

const spin = task(import.meta, "spin", (): void => {
  for (;;);
});

if (import.meta.main) {
  await System.run(async () => {
    const worker = run(spin, []);
    worker.catch(() => {}); // a killed job rejects; here its exit report is what is looked at
    const late = Promise.withResolvers<string>();
    setTimeout(() => late.resolve("still running"), 100);
    console.log(await Promise.race([worker.exited, late.promise])); // still running
    const { kind } = await worker.kill();
    console.log(kind); // killed
  });
}
