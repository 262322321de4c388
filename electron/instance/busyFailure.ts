// Another process holds the data folder and cannot be talked to.
import { failure, type Failure } from "../contract/failure";
import { readInstanceAddress } from "./instanceAddress";

/** "data-folder-busy", with what is known of the holder. */
export function busyFailure(folder: string): Failure {
  const address = readInstanceAddress(folder);
  return address === null
    ? failure("data-folder-busy")
    : failure("data-folder-busy", { holder: address.holder, process: String(address.pid) });
}
