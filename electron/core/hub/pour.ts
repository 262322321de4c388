// Copies bytes from another buffer into a sink. Any Node process.
import type { BodySink } from "./http";

export async function pour(bytes: Uint8Array, sink: BodySink): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const room = sink.room();
    const taken = rest.subarray(0, room.length);
    room.set(taken);
    rest = rest.subarray(taken.length);
    await sink.took(taken.length);
  }
}
