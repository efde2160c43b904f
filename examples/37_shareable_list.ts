// A list that other processes may open by its name: any slot holds any type that fits, and every byte is kept.
import { SharedList, ViewRangeError } from "@troupe/actors";

type Slots = [string, Uint8Array, number, number, null, boolean, number];

if (import.meta.main) {
  const bytes = new Uint8Array([72, 111, 0]);
  await using list = await SharedList.create(
    ["howdy", bytes, -273.154, 100, null, true, 42],
  );
  list.set(3, 42);
  console.log(list.length, list.get(0)); // 7 howdy
  console.log(list.count(42), list.indexOf(42)); // 2 3
  console.log(list.layout); // text:8,bytes:8,f64:8,f64:8,null:8,bool:8,f64:8
  try {
    list.set(1, new Uint8Array(99));
  } catch (error) {
    if (!(error instanceof ViewRangeError)) throw error;
    console.log(error.needed, "needed,", error.available, "available"); // 99, 8
  }
  await using other = await SharedList.open<Slots>(list.name);
  other.set(6, 880);
  console.log(list.get(6), other.get(1)); // 880 Uint8Array(3) [ 72, 111, 0 ]
}
