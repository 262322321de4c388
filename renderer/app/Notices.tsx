// The notices at the upper right edge, away from the composer: failures stay until dismissed, offers go by themselves.
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { FailureDetails } from "../ui/FailureDetails";
import { callOrNotify } from "./bridge";
import { failureText } from "../../electron/words/failureText";
import { useLayout } from "./layout";
import { dismiss, type ShownNotice, useNotices } from "./notices";
import { SwitchedOffButton } from "./SwitchedOffButton";
import styles from "./Notices.module.css";
import { t } from "../../electron/words/language";

const OFFER_SHOWN_MS = 10_000;

export function Notices() {
  const notices = useNotices();
  const besidePanel = useLayout((state) => state.sidePanelOpen);
  return (
    <section
      className={styles.region}
      data-beside-panel={besidePanel || undefined}
      aria-label={t("Notices")}
      aria-live="polite"
    >
      {notices.map((notice) =>
        notice.kind === "offer" ? (
          <OfferNotice key={notice.id} notice={notice} />
        ) : (
          <FailureNotice key={notice.id} notice={notice} />
        ),
      )}
    </section>
  );
}

function OfferNotice({ notice }: { readonly notice: ShownNotice & { kind: "offer" } }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(notice.id), OFFER_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, notice.id]);

  return (
    <div
      className={styles.notice}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div className={styles.row}>
        <p className={styles.oneLine}>{notice.text}</p>
        <Button
          onClick={() => {
            dismiss(notice.id);
            notice.action.run();
          }}
        >
          {notice.action.label}
        </Button>
        <DismissButton onClick={() => dismiss(notice.id)} />
      </div>
    </div>
  );
}

function FailureNotice({ notice }: { readonly notice: ShownNotice & { kind: "failure" } }) {
  const text = failureText(notice.failure);
  return (
    <div className={styles.notice} data-failure>
      <div className={styles.row}>
        <p className={styles.happened}>{text.happened}</p>
        <DismissButton
          onClick={() => {
            dismiss(notice.id);
            if (notice.fromMain) void callOrNotify("app.dismissNotice", { id: notice.id });
          }}
        />
      </div>
      <p className={styles.rest}>
        {text.data} {text.advice}
      </p>
      <SwitchedOffButton failure={notice.failure} />
      <FailureDetails failure={notice.failure} />
    </div>
  );
}

function DismissButton({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" className={styles.dismiss} aria-label={t("Dismiss")} onClick={onClick}>
      <X size={14} />
    </button>
  );
}
