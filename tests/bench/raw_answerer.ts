/**
 * A raw worker that answers numbers with the next one.
 *
 * @module
 */
const scope = self as unknown as {
  onmessage: ((event: MessageEvent<number>) => void) | null;
  postMessage(message: number): void;
};

scope.onmessage = ({ data }) => scope.postMessage(data + 1);
