// An authority of the test's own and a certificate by it for this computer: what a network that inspects TLS puts before the real one.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface OwnAuthority {
  /** PEM: who trusts this trusts the server. */
  certificate: string;
  server: { key: string; cert: string };
}

/** null where there is no openssl: the tests that need one are skipped. */
export function ownAuthority(): OwnAuthority | null {
  const folder = mkdtempSync(path.join(tmpdir(), "facet-authority-"));
  const at = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  writeFileSync(
    at("authority.cnf"),
    "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
  );
  writeFileSync(
    at("server.cnf"),
    "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n",
  );
  try {
    const name = "/CN=A network that inspects what passes";
    openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "2",
      "-subj",
      name,
      "-config",
      "authority.cnf",
    );
    openssl(
      "req",
      "-new",
      ...newKey,
      "-keyout",
      "server.key",
      "-out",
      "server.csr",
      "-subj",
      "/CN=localhost",
      "-config",
      "authority.cnf",
    );
    openssl(
      "x509",
      "-req",
      "-in",
      "server.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-set_serial",
      "2",
      "-days",
      "2",
      "-extfile",
      "server.cnf",
      "-out",
      "server.pem",
    );
    const read = (file: string) => readFileSync(at(file), "utf8");
    return { certificate: read("ca.pem"), server: { key: read("server.key"), cert: read("server.pem") } };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
