/** @file Starting long work: a form of the settings it reads, made from the configuration's schema, and the equal command line. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { tell } from "../api/client.ts";
import type { Job, JobKind, Model, NewJob } from "../api/contract.ts";
import { useApi } from "../api/queries.ts";
import { announce } from "../lib/announce.ts";
import {
  changedSettings,
  type FormField,
  formFields,
  isFirst,
  type JsonSchema,
  lineOf,
  problemWith,
  SECTIONS,
} from "../lib/schema.ts";
import { Button, type ButtonKind } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { jobName } from "../parts/job-row.tsx";
import { CommandLine } from "../parts/panel.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import css from "./new-job.module.css";

type Start = { readonly kind: JobKind; readonly model?: string; readonly resume?: string };

export function NewJobButton({
  label,
  look = "plain",
  ...start
}: Start & { readonly label: string; readonly look?: ButtonKind }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind={look} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && <NewJobDialog {...start} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Work that is about a model, and whether it can do without. */
const OF_A_MODEL: Readonly<Partial<Record<JobKind, "needed" | "optional">>> = {
  backtest: "optional",
  walkforward: "optional",
  stress: "needed",
  paper: "needed",
  drift: "needed",
  "verify-leak": "optional",
  "verify-warmup": "optional",
  "verify-bias": "needed",
  "verify-parity": "optional",
};

export function NewJobDialog({
  kind,
  model: given,
  resume,
  onClose,
}: Start & { readonly onClose: () => void }): ReactNode {
  const schema = useApi<JsonSchema>("config/schema");
  const config = useApi<{ readonly values: unknown }>("config");
  const models = useApi<{ readonly items: readonly Model[] }>("models", {
    isOn: given === undefined && kind in OF_A_MODEL,
  });
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [isAll, setAll] = useState(false);
  const [chosen, setChosen] = useState<string | undefined>();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const fields = useMemo(
    () => (schema.data === undefined ? [] : formFields(schema.data, SECTIONS[kind] ?? [], config.data?.values)),
    [schema.data, config.data, kind],
  );
  const choices = (models.data?.items ?? []).map(({ id }) => id);
  const of = given === undefined && resume === undefined ? OF_A_MODEL[kind] : undefined;
  const picked = chosen ?? (of === "needed" ? choices[0] : undefined);
  const model = given ?? (picked === "" ? undefined : picked);
  const problems = fields.filter((field) => problemWith(field, texts[field.key] ?? field.initial) !== undefined);
  const settings = changedSettings(fields, texts);
  const shown = fields.filter(({ key }) => isAll || isFirst(key) || texts[key] !== undefined);
  const start = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const body: NewJob = {
        kind,
        ...(model === undefined ? {} : { model }),
        ...(resume === undefined ? {} : { resume }),
        settings: settings as NewJob["settings"],
      };
      const job = await tell<Job>("jobs", body);
      announce(`${jobName(kind)} has begun.`);
      void client.invalidateQueries();
      onClose();
      navigate(`/jobs?job=${encodeURIComponent(job.id)}`);
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  const isLoading = schema.data === undefined && !schema.isError;
  return (
    <Dialog
      title={`${jobName(kind)}${model === undefined ? "" : ` of ${model}`}${resume === undefined ? "" : `, going on with ${resume}`}`}
      shape="wide"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="primary"
            disabled={isBusy || isLoading || problems.length > 0 || (of === "needed" && model === undefined)}
            onClick={() => void start()}
          >
            {isBusy ? "Starting …" : "Start"}
          </Button>
        </>
      }
    >
      {isLoading ? (
        <Loading lines={4} />
      ) : (
        <>
          {schema.isError && <Failure error={schema.error} retry={() => void schema.refetch()} />}
          {of !== undefined && (
            <Field label="Model" hint={of === "optional" ? "without one: as the configuration says" : undefined}>
              {(id) => (
                <select id={id} value={picked ?? ""} onChange={(event) => setChosen(event.target.value)}>
                  {of === "optional" && <option value="">none</option>}
                  {choices.map((one) => (
                    <option key={one}>{one}</option>
                  ))}
                </select>
              )}
            </Field>
          )}
          {fields.length > 0 && resume === undefined && (
            <>
              <p className="soft">
                What stands here is what tidemark.toml and its defaults say; a change holds for this work alone.
              </p>
              <div className={css["grid"]}>
                {shown.map((field) => (
                  <SettingField
                    key={field.key}
                    field={field}
                    text={texts[field.key] ?? field.initial}
                    onChange={(text) => setTexts({ ...texts, [field.key]: text })}
                  />
                ))}
              </div>
              {shown.length < fields.length && (
                <div>
                  <Button small onClick={() => setAll(true)}>
                    All {fields.length} settings
                  </Button>
                </div>
              )}
            </>
          )}
          <CommandLine line={lineOf({ kind, model, resume }, settings)} />
          {error !== undefined && <Failure error={error} />}
        </>
      )}
    </Dialog>
  );
}

function SettingField({
  field,
  text,
  onChange,
}: {
  readonly field: FormField;
  readonly text: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const problem = problemWith(field, text);
  const [section = ""] = field.key.split(".");
  return (
    <Field label={`${section}: ${field.label}`} hint={field.about} problem={problem}>
      {(id, described) => {
        const common = { id, "aria-describedby": described, "aria-invalid": problem !== undefined };
        if (field.kind === "flag")
          return (
            <input
              {...common}
              type="checkbox"
              checked={text === "true"}
              onChange={(event) => onChange(String(event.target.checked))}
            />
          );
        if (field.kind === "choice")
          return (
            <select {...common} value={text} onChange={(event) => onChange(event.target.value)}>
              {text === "" && <option value="">–</option>}
              {field.choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          );
        return (
          <input
            {...common}
            value={text}
            inputMode={field.kind === "number" || field.kind === "integer" ? "decimal" : "text"}
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        );
      }}
    </Field>
  );
}
