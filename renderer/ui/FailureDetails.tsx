// The technical line of a failure, folded away until somebody asks for it.
import type { Failure } from "../../electron/contract/failure";
import { TextDetails } from "./TextDetails";

export function FailureDetails({ failure }: { readonly failure: Failure }) {
  return failure.cause === undefined ? null : <TextDetails text={`${failure.code}: ${failure.cause}`} />;
}
