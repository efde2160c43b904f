// Memory says what is in it: another layout is refused, and so is a view that does not fit.
import {
  LayoutMismatchError,
  struct,
  viewOn,
  ViewRangeError,
} from "@troupe/actors";

const Reading = struct({ at: "f64", value: "f32", sensor: "u32" });
const Other = struct({ at: "f64", value: "f64" });

if (import.meta.main) {
  const rows = Reading.array(16);
  rows.at(0).value = 21.5;
  const memory = rows.rows.memory as SharedArrayBuffer;
  console.log(Reading.open(memory).at(0).value); // 21.5
  try {
    Other.open(memory);
  } catch (error) {
    if (!(error instanceof LayoutMismatchError)) throw error;
    console.log(error.actual); // at:f64,value:f32,sensor:u32
  }
  try {
    viewOn(BigInt64Array, new SharedArrayBuffer(1_024), { length: 256 });
  } catch (error) {
    if (!(error instanceof ViewRangeError)) throw error;
    console.log(error.needed, "needed,", error.available, "available"); // 2048, 1024
  }
}
