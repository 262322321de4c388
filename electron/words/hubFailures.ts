// What came of a question to Hugging Face.
import { nothingChanged, type FailureTable } from "./failureTable";
import { named } from "./failureFacts";
import { t } from "./language";
import { sentences } from "./sentences";

interface Said {
  readonly message?: string;
}

/** The sentence, and what the hub itself said. */
function andSaid(happened: string, { message }: Said): string {
  return sentences(
    happened,
    named(message, (said) => t("Hugging Face says: “{message}”", { message: said })),
  );
}

export const hubFailures = {
  "hub-offline": () => ({
    happened: t("Hugging Face can’t be reached."),
    data: t("Models on this computer work without it."),
    advice: t("Check your connection, then try again."),
  }),
  "hub-certificate-refused": ({ details: { host } }) => ({
    happened: t(
      "This computer doesn’t trust the certificate of {hasHost, select, yes {{host}} other {Hugging Face}}.",
      {
        hasHost: host === undefined ? "no" : "yes",
        host: host ?? "",
      },
    ),
    data: nothingChanged(),
    advice: t(
      "Check this computer’s date. If your network or a virus scanner inspects connections, add its certificate to the system’s.",
    ),
  }),
  "hub-needs-token": ({ details }) => ({
    happened: andSaid(t("Hugging Face gives this only to people who have signed in."), details),
    data: nothingChanged(),
    advice: t("Add an access token: Models, Hugging Face settings."),
  }),
  "hub-gated": ({ details }) => ({
    happened: andSaid(
      t("The author of this model decides who may download it, and your access token doesn’t give access."),
      details,
    ),
    data: nothingChanged(),
    advice: t("Ask for access on the model’s page on Hugging Face, or choose another model."),
  }),
  "hub-token-refused": ({ details }) => ({
    happened: andSaid(t("Your access token is no longer valid."), details),
    data: nothingChanged(),
    advice: t("Make a new one on Hugging Face and enter it, or remove the old one: Models, Hugging Face settings."),
  }),
  "hub-repository-disabled": ({ details }) => ({
    happened: andSaid(t("Hugging Face has disabled access to this model."), details),
    data: nothingChanged(),
    advice: t("Choose another model."),
  }),
  "hub-withheld-by-law": ({ details }) => ({
    happened: andSaid(t("Hugging Face doesn’t give this model for legal reasons."), details),
    data: nothingChanged(),
    advice: t("Choose another model."),
  }),
  "hub-content-refused": ({ details: { message } }) => ({
    happened: sentences(
      t("The server that stores the files for Hugging Face refused this one."),
      named(message, (said) => t("It says: “{message}”", { message: said })),
    ),
    data: nothingChanged(),
    advice: t("Try again. If it stays so, your network may block this server."),
  }),
  "hub-not-found": ({ details }) => ({
    happened: andSaid(t("Hugging Face has no such model, or shows it only to people with access."), details),
    data: nothingChanged(),
    advice: t("Check its name, or choose another model."),
  }),
  "hub-rate-limited": ({ details: { retryAfterSeconds } }) => ({
    happened: t("Hugging Face got too many requests from this network and asks to wait."),
    data: nothingChanged(),
    advice:
      retryAfterSeconds === undefined || !/^\d+$/u.test(retryAfterSeconds)
        ? t("Wait a few minutes, then try again.")
        : t("Wait {seconds, plural, one {# second} other {# seconds}}, then try again.", {
            seconds: Number(retryAfterSeconds),
          }),
  }),
  "hub-unavailable": () => ({
    happened: t("Hugging Face isn’t working properly at the moment."),
    data: nothingChanged(),
    advice: t("Try again in a few minutes."),
  }),
  "hub-answer-invalid": ({ details }) => ({
    happened: andSaid(t("The answer didn’t come from Hugging Face, or Facet can’t read it."), details),
    data: nothingChanged(),
    advice: t("If this network asks you to sign in, do so in a browser. Then try again."),
  }),
  "hub-answer-too-large": () => ({
    happened: t("The answer from Hugging Face was too large for Facet."),
    data: nothingChanged(),
    advice: t("Choose another model."),
  }),
  "hub-redirect-refused": () => ({
    happened: t("Hugging Face redirected Facet to an address that it doesn’t trust, so it stopped."),
    data: nothingChanged(),
    advice: t("Try again, or check the server’s address: Models, Hugging Face settings."),
  }),
  "hub-address-invalid": () => ({
    happened: t("The server’s address or the model’s name is not valid."),
    data: nothingChanged(),
    advice: t("Check it, then try again. Addresses begin with https."),
  }),
  "hub-proxy-invalid": () => ({
    happened: t("The address of the proxy is not valid."),
    data: nothingChanged(),
    advice: t("Write it with its port, like http://proxy.example:3128."),
  }),
  "hub-proxy-refused": () => ({
    happened: t("The proxy of this network wants a name and a password, or doesn’t take those that it got."),
    data: nothingChanged(),
    advice: t("Write them into the proxy’s address, like {example}: Models, Hugging Face settings.", {
      example: "http://name:password@proxy.example:3128",
    }),
  }),
} satisfies FailureTable;
