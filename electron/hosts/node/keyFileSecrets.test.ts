import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyFileSecrets } from "./keyFileSecrets";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-key-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what is encrypted is read again by the next program, and by nobody without the key", () => {
  const file = path.join(folder, "key");
  const encrypted = keyFileSecrets(file).encrypt("hf_secret");
  expect(encrypted.includes("hf_secret")).toBe(false);
  expect(keyFileSecrets(file).decrypt(encrypted)).toBe("hf_secret");
  expect(() => keyFileSecrets(path.join(folder, "other")).decrypt(encrypted)).toThrow();
});

test.skipIf(process.platform === "win32")("nobody else may read the key", () => {
  const file = path.join(folder, "key");
  keyFileSecrets(file).encrypt("hf_secret");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("what was changed, cut or encrypted by another store is refused", () => {
  const file = path.join(folder, "key");
  const secrets = keyFileSecrets(file);
  const encrypted = secrets.encrypt("hf_secret");
  const changed = Buffer.from(encrypted);
  changed[changed.length - 20]! ^= 1;
  for (const wrong of [changed, encrypted.subarray(0, 30), Buffer.from("v10something"), Buffer.alloc(0)])
    expect(() => secrets.decrypt(wrong)).toThrow();
  writeFileSync(file, "short");
  expect(() => secrets.decrypt(encrypted)).toThrow("the key file is damaged");
});
