// How models are fetched: the access token, the hub's address, a proxy. The token goes to main and never comes back.
import { type FormEvent, useState } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import type { Failure, Outcome } from "../../../electron/contract/failure";
import type { HubSettings, HubSettingsChange } from "../../../electron/contract/hubSettings";
import { setAnswer, useAnswer } from "../../app/answers";
import { call } from "../../app/bridge";
import { failureParagraph } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { refreshFits } from "./fits";
import { retryHubModels } from "./hubModels";
import styles from "./ModelDialog.module.css";

/** More than main accepts: what is too long is refused with a sentence, and not cut. */
const MAX_TYPED_CHARACTERS = 2_000;

export function HubSettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const { answer } = useAnswer("hub.settings", undefined);
  const [failure, setFailure] = useState<Failure | null>(null);

  const save = (change: HubSettingsChange) => settled(call("hub.saveSettings", change));

  async function settled(saving: Promise<Outcome<HubSettings>>): Promise<boolean> {
    const outcome = await saving;
    setFailure(outcome.ok ? null : outcome.failure);
    if (!outcome.ok) return false;
    setAnswer("hub.settings", undefined, outcome.value);
    retryHubModels();
    void refreshFits();
    return true;
  }

  return (
    <Dialog label={t("Hugging Face settings")} onClose={onClose}>
      <DialogHeader title={t("Hugging Face settings")} onClose={onClose} />
      {answer.kind === "loaded" && (
        <Form
          settings={answer.value}
          failure={failure}
          onSave={save}
          onUseFound={() => void settled(call("hub.useFoundToken", undefined))}
          onClose={onClose}
        />
      )}
      {answer.kind === "failed" && (
        <div className={styles.content}>
          <p role="alert">{failureParagraph(answer.failure)}</p>
        </div>
      )}
    </Dialog>
  );
}

interface FormProps {
  readonly settings: HubSettings;
  readonly failure: Failure | null;
  readonly onSave: (change: HubSettingsChange) => Promise<boolean>;
  readonly onUseFound: () => void;
  readonly onClose: () => void;
}

function Form({ settings, failure, onSave, onUseFound, onClose }: FormProps) {
  const [token, setToken] = useState("");
  const [endpoint, setEndpoint] = useState(settings.endpoint);
  const [proxy, setProxy] = useState(settings.proxy ?? "");

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const saved = await onSave({
      ...(token.trim() === "" ? {} : { token: token.trim() }),
      ...(endpoint.trim() === settings.endpoint ? {} : { endpoint: endpoint.trim() === "" ? null : endpoint.trim() }),
      ...(proxy.trim() === (settings.proxy ?? "") ? {} : { proxy: proxy.trim() === "" ? null : proxy.trim() }),
    });
    if (saved) onClose();
  }

  return (
    <form className={styles.content} onSubmit={(event) => void submit(event)}>
      <label>
        {t("Access token")}
        <input
          type="password"
          className={styles.field}
          data-first-focus
          autoComplete="off"
          spellCheck={false}
          placeholder={settings.hasToken ? t("A token is saved; a new one replaces it") : "hf_…"}
          maxLength={MAX_TYPED_CHARACTERS}
          value={token}
          onChange={({ target }) => setToken(target.value)}
        />
      </label>
      <p>
        {sentences(
          t(
            "Only models whose authors restrict access need one. You create it at huggingface.co, under Settings, Access Tokens; read access is enough.",
          ),
          settings.tokenStorage === "system"
            ? t("It is stored in this system’s secret store.")
            : t("This system has no secret store, so Facet forgets it when it is closed."),
        )}
      </p>
      {settings.offeredToken !== null && (
        <>
          <p>
            {settings.offeredToken === "environment"
              ? t("An environment variable holds a token for Hugging Face.")
              : t("Hugging Face’s own tools have stored a token on this computer.")}
          </p>
          <div>
            <Button onClick={onUseFound}>{t("Use this token")}</Button>
          </div>
        </>
      )}
      {settings.hasToken && (
        <div>
          <Button onClick={() => void onSave({ token: null })}>{t("Forget the token")}</Button>
        </div>
      )}
      <label>
        {t("Hugging Face address")}
        <input
          type="text"
          className={styles.field}
          spellCheck={false}
          disabled={settings.endpointIsFixed}
          maxLength={MAX_TYPED_CHARACTERS}
          value={endpoint}
          onChange={({ target }) => setEndpoint(target.value)}
        />
      </label>
      {settings.endpointIsFixed && <p>{t("An environment variable sets it, so it can’t be changed here.")}</p>}
      <label>
        {t("Proxy")}
        <input
          type="text"
          className={styles.field}
          spellCheck={false}
          placeholder={t("Same as the system")}
          maxLength={MAX_TYPED_CHARACTERS}
          value={proxy}
          onChange={({ target }) => setProxy(target.value)}
        />
      </label>
      {failure !== null && (
        <p className={styles.problem} role="alert">
          {failureParagraph(failure)}
        </p>
      )}
      <div className={styles.actions}>
        <Button onClick={onClose}>{t("Cancel")}</Button>
        <Button type="submit" look="primary">
          {t("Save")}
        </Button>
      </div>
    </form>
  );
}
