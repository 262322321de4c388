// Signing of packages: on where the environment names an identity, off otherwise. Prepared for macOS and Windows; README of this folder.
import path from "node:path";
import type { ForgePackagerOptions } from "@electron-forge/shared-types";

type Environment = Readonly<Record<string, string | undefined>>;
type Signing = Pick<ForgePackagerOptions, "osxSign" | "osxNotarize" | "windowsSign">;

/**
 * MAC_IDENTITY: "Developer ID Application: …", in the keychain. APPLE_API_KEY (a file), APPLE_API_KEY_ID, APPLE_API_ISSUER: notarises
 * too. WIN_CSC_LINK (a file) and WIN_CSC_KEY_PASSWORD: names of electron-builder, which signs the installer with them.
 */
export function signing(env: Environment): Signing {
  const identity = env["MAC_IDENTITY"];
  const { APPLE_API_KEY: appleApiKey, APPLE_API_KEY_ID: appleApiKeyId, APPLE_API_ISSUER: appleApiIssuer } = env;
  const certificateFile = env["WIN_CSC_LINK"];
  return {
    ...(identity
      ? {
          osxSign: {
            identity,
            optionsForFile: () => ({
              hardenedRuntime: true,
              entitlements: path.resolve("resources/mac/entitlements.plist"),
            }),
          },
        }
      : {}),
    // Apple notarises only what is signed.
    ...(identity && appleApiKey && appleApiKeyId && appleApiIssuer
      ? { osxNotarize: { appleApiKey, appleApiKeyId, appleApiIssuer } }
      : {}),
    ...(certificateFile
      ? { windowsSign: { certificateFile, certificatePassword: env["WIN_CSC_KEY_PASSWORD"] ?? "" } }
      : {}),
  };
}
