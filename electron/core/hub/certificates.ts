// Certificates: those of the system are trusted beside Node's own, and an error about one is told apart from a lost network.
import tls from "node:tls";
import type { Http } from "./http";

/** OpenSSL's names for what is wrong with a chain, as Node gives them in `code`. Neither is about the network. */
const NODE_CODE =
  /^(?:CERT_|UNABLE_TO_(?:VERIFY|GET_ISSUER|GET_CRL)|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|ERR_TLS_CERT_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED)/u;
/** Chromium's, in the message. */
const CHROMIUM_NAME = /\bERR_CERT_[A-Z_]+/u;
const MAX_CAUSES = 5;

/** Whether the connection was refused because of the other side's certificate; looks through the causes, as fetch wraps them. */
export function isCertificateError(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string" && NODE_CODE.test(cause.code)) return true;
    if (CHROMIUM_NAME.test(cause.message)) return true;
    cause = cause.cause;
  }
  return false;
}

/**
 * Asks through `other`, which may trust more, where `http` does not trust the certificate; from then on for all of that origin.
 * The error is that of `other` where neither does.
 */
export function trustingAs(other: Http, http: Http): Http {
  const refused = new Set<string>();
  return async (request) => {
    const { origin } = new URL(request.url);
    if (refused.has(origin)) return other(request);
    try {
      return await http(request);
    } catch (error) {
      if (!isCertificateError(error) || request.signal.aborted) throw error;
      const response = await other(request);
      refused.add(origin);
      return response;
    }
  };
}

let areSystemsTrusted = false;

/**
 * From now on this process's sockets trust the system's certificates too, those of a network that inspects what passes among them.
 * NODE_EXTRA_CA_CERTS is part of Node's defaults and stays. Reading them takes some 10 ms, on macOS more: once, before the first request.
 * Node before 24.5 and Electron's fallback cannot; there `trustingAs` asks Chromium.
 */
export function trustSystemCertificates(): void {
  if (areSystemsTrusted) return;
  areSystemsTrusted = true;
  // Absent in older ones, whatever the types say.
  const { getCACertificates, setDefaultCACertificates }: Partial<typeof tls> = tls;
  if (getCACertificates === undefined || setDefaultCACertificates === undefined) return;
  try {
    setDefaultCACertificates([...new Set([...getCACertificates("default"), ...getCACertificates("system")])]);
  } catch {
    // A store that cannot be read, or a build without one: what Node brings along stays.
  }
}
