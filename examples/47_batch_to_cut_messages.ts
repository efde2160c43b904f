// Send little, send rarely: the pool sends 10,000 inputs in batches by itself, as many as take about two milliseconds.
import { Pool, task } from "@troupe/actors";

const lengthOf = task(
  import.meta,
  "lengthOf",
  (line: string) => line.length,
);

if (import.meta.main) {
  const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i}`);
  await using pool = new Pool();
  const job = pool.map(lengthOf, lines);
  let batches = 0;
  for await (const _ of job.progress) batches++;
  const total = (await job).reduce((a, b) => a + b);
  console.log(total, batches < 1_000);
}
