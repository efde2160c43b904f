import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError, ThreadLimitError } from "../../src/errors.ts";
import {
  ENDPOINT,
  EndpointTable,
  MAX_ENDPOINTS,
  STATE,
} from "../../src/memory/endpoints.ts";

Deno.test("EndpointTable looks at the table of another thread", () => {
  const table = new EndpointTable();
  const { endpoint } = table.open();
  table.set(endpoint, ENDPOINT.CAPACITY, 7);
  const other = new EndpointTable(table.memory);
  assertEquals(other.get(endpoint, ENDPOINT.CAPACITY), 7);
  assertEquals(other.open().endpoint, endpoint + 1);
});

Deno.test("EndpointTable refuses memory of another version", () => {
  assertThrows(
    () => new EndpointTable(new SharedArrayBuffer(1_024)),
    InvalidOptionError,
    "Cannot read the table of endpoints as its version must be 1: current value is 0",
  );
});

Deno.test("EndpointTable.open() gives a freed row another life and no trace of its last owner", () => {
  const table = new EndpointTable();
  for (let i = 0; i < MAX_ENDPOINTS; i++) {
    assertEquals(table.open(), { endpoint: i, life: 0 });
  }
  table.add(5, ENDPOINT.HANDLED, 9);
  table.set(5, ENDPOINT.DEPTH, 9);
  const epoch = table.get(5, ENDPOINT.EPOCH);
  table.release(5);
  assertEquals(table.get(5, ENDPOINT.STATE), STATE.GONE);
  assertEquals(table.open(), { endpoint: 5, life: 1 });
  assertEquals(table.get(5, ENDPOINT.STATE), STATE.OPEN);
  assertEquals(table.get(5, ENDPOINT.EPOCH), epoch + 1);
  assertEquals(table.get(5, ENDPOINT.HANDLED), 0);
  assertEquals(table.get(5, ENDPOINT.DEPTH), 0);
});

Deno.test("EndpointTable.open() throws when every row is taken, and no longer once one is free", () => {
  const table = new EndpointTable();
  for (let i = 0; i < MAX_ENDPOINTS; i++) table.open();
  const error = assertThrows(
    () => table.open(),
    ThreadLimitError,
    "Cannot open one more actor as all addresses are taken: the limit is 8192, stop some first",
  );
  assertEquals(error.limit, MAX_ENDPOINTS);
  table.release(4_711);
  assertEquals(table.open(), { endpoint: 4_711, life: 1 });
});
