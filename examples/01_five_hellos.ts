// Five workers, each greets once. Five lines in any order, the program ends by itself.
import { run, task } from "@troupe/actors";

const hello = task(import.meta, "hello", (i: number): void => {
  console.log(`worker ${i} says hello`);
});

if (import.meta.main) {
  const crew = Array.from(
    { length: 5 },
    (_, i) => run(hello, [i], { name: `hello-${i}` }),
  );
  await Promise.all(crew);
}
