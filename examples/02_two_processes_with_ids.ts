// Two workers, joined by the end of the scope.
import { run, task } from "@troupe/actors";

const report = task(import.meta, "report", (id: number): void => {
  console.log(`id ${id}`);
});

if (import.meta.main) {
  const first = run(report, [1]);
  const second = run(report, [2]);
  await Promise.all([first, second]);
}
