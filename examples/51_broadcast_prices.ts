// Every reader has every price; one that is too slow skips the oldest and knows how many.
import { type Broadcast, broadcast, run, task } from "@troupe/actors";

type Price = { symbol: string; cents: number };
const PRICES = 200;

const reader = task(
  import.meta,
  "reader",
  async (name: string, prices: Broadcast<Price>, slow: boolean) => {
    using mine = prices.subscribe();
    let seen = 0;
    let last = 0;
    for await (const { cents } of mine) {
      seen++;
      last = cents;
      if (slow) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const all = seen + mine.lag;
    return `${name}: last price ${last}, ${all} in all`;
  },
);

if (import.meta.main) {
  const prices = broadcast<Price>({ capacity: 16, overflow: "dropOldest" });
  const readers = [
    run(reader, ["quick", prices, false]),
    run(reader, ["slow", prices, true]),
  ];
  while (prices.subscribers < readers.length) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (let cents = 1; cents <= PRICES; cents++) {
    await prices.publish({ symbol: "TRP", cents });
  }
  prices.close();
  for (const line of await Promise.all(readers)) console.log(line);
}
