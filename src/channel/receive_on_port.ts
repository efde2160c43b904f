import { nodeModule } from "../node_module.ts";

type Receive = (port: MessagePort) => { message: unknown } | undefined;

let receive: Receive | undefined;

/**
 * The next message of `port` without waiting for an event; `undefined` if there is none.
 *
 * By Node's function of that name, which is loaded by its first use: few threads ever read a port in synchronous code.
 */
export function receiveOnPort(
  port: MessagePort,
): { message: unknown } | undefined {
  return (receive ??= load())(port);
}

function load(): Receive {
  return nodeModule<{ receiveMessageOnPort: Receive }>("node:worker_threads")
    .receiveMessageOnPort;
}
