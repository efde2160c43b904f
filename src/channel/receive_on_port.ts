type Receive = (port: MessagePort) => { message: unknown } | undefined;

let receive: Receive | undefined;

/**
 * The next message of `port` without waiting for an event; `undefined` if there is none.
 *
 * By Node's function of that name, which is loaded by its first use: few threads ever read a port in synchronous code,
 * and Node's part of the platform takes milliseconds of each thread that starts.
 */
export function receiveOnPort(
  port: MessagePort,
): { message: unknown } | undefined {
  return (receive ??= load())(port);
}

function load(): Receive {
  const { process } = globalThis as unknown as {
    process: {
      getBuiltinModule(name: string): { receiveMessageOnPort: Receive };
    };
  };
  return process.getBuiltinModule("node:worker_threads").receiveMessageOnPort;
}
