// Two servers on threads of their own read one live setting. Prints "limit 100" and "limit 110" of both.
import { run, sharedArray, SharedValue, task } from "@troupe/actors";

const serve = task(
  import.meta,
  "serve",
  async (limits: Int32Array, port: SharedValue, stop: SharedValue) => {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(`limit ${Atomics.load(limits, 0)}`),
    );
    port.value = server.addr.port;
    port.notify();
    await stop.wait(0);
    await server.shutdown();
  },
);

if (import.meta.main) {
  const limits = sharedArray(Int32Array, [100]);
  const stop = new SharedValue("i32", 0);
  const ports = [new SharedValue("i32", 0), new SharedValue("i32", 0)];
  const servers = ports.map((port) => run(serve, [limits, port, stop]));
  await Promise.all(ports.map((port) => port.wait(0)));
  for (const _change of [1, 2]) {
    for (const { value } of ports) {
      const reply = await fetch(`http://127.0.0.1:${value}/`);
      console.log(await reply.text());
    }
    Atomics.add(limits, 0, 10);
  }
  stop.value = 1;
  stop.notify();
  await Promise.all(servers);
}
