// Three workers count in one map. An update is one message, done where the map lives: none is lost.
import { Manager, type MapRef, run, task } from "@troupe/actors";

const visit = task(
  import.meta,
  "visit",
  async (hits: MapRef<string, number>, page: string): Promise<void> => {
    for (let i = 0; i < 1000; i++) await hits.update(page, { add: 1, init: 0 });
  },
);

if (import.meta.main) {
  await using manager = await Manager.start();
  const hits = manager.map<string, number>("hits");
  await Promise.all(
    ["/", "/", "/about"].map((page) => run(visit, [hits, page])),
  );
  console.log(await hits.entries()); // [["/", 2000], ["/about", 1000]]
}
