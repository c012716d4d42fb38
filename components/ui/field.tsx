import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";
import { Icon } from "./icon";

const CONTROL =
  "block w-full rounded-control border border-line-strong bg-surface px-3 text-hand desk:text-body text-ink placeholder:text-quiet min-h-12 desk:min-h-9 " +
  "aria-invalid:border-violation-chart disabled:bg-sunken disabled:text-quiet";

export interface FieldProps {
  readonly label: ReactNode;
  /** What belongs in it, in a few words. */
  readonly hint?: ReactNode;
  /** The reason it cannot stay as it is; stands beside the field and is read with it. */
  readonly error?: string | undefined;
  readonly optional?: boolean;
  readonly className?: string;
}

interface FrameProps extends FieldProps {
  readonly id: string;
  readonly children: ReactNode;
}

function Frame({ id, label, hint, error, optional, className = "", children }: FrameProps) {
  return (
    <div className={`grid content-start gap-1.5 ${className}`}>
      <label htmlFor={id} className="font-strong text-small">
        {label}
        {optional && <span className="font-normal text-quiet"> (optional)</span>}
      </label>
      {children}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1.5 text-small text-violation">
          <Icon name="violation" className="mt-0.5 size-4" />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-quiet text-small">
          {hint}
        </p>
      )}
    </div>
  );
}

function describedBy(id: string, { hint, error }: FieldProps): { "aria-describedby"?: string; "aria-invalid"?: true } {
  const parts = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return { ...(parts ? { "aria-describedby": parts } : {}), ...(error ? { "aria-invalid": true } : {}) };
}

/** Splits what the frame shows from what the control takes. */
function useField<P extends FieldProps & { readonly id?: string | undefined }>(props: P) {
  const made = useId();
  const { label, hint, error, optional, className, id = made, ...control } = props;
  const frame = { id, label, hint, error, ...(optional ? { optional } : {}), ...(className ? { className } : {}) };
  return { id, frame, control: { ...control, id, ...describedBy(id, frame) } };
}

export function TextField(props: FieldProps & Omit<InputHTMLAttributes<HTMLInputElement>, "className">) {
  const { frame, control } = useField(props);
  return (
    <Frame {...frame}>
      <input className={CONTROL} autoComplete="off" {...control} />
    </Frame>
  );
}

interface UnitFieldProps extends FieldProps, Omit<InputHTMLAttributes<HTMLInputElement>, "className"> {
  readonly unit: string;
}

/** A figure with its unit standing inside the field. */
export function UnitField({ unit, ...props }: UnitFieldProps) {
  const { frame, control } = useField(props);
  return (
    <Frame {...frame}>
      <span className="relative block">
        <input className={`${CONTROL} num pr-12`} inputMode="decimal" autoComplete="off" {...control} />
        <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-quiet text-small">
          {unit}
        </span>
      </span>
    </Frame>
  );
}

export function TextArea(props: FieldProps & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className"> & { readonly mono?: boolean }) {
  const { mono, ...rest } = props;
  const { frame, control } = useField(rest);
  return (
    <Frame {...frame}>
      <textarea className={`${CONTROL} min-h-24 resize-y py-2.5 ${mono ? "font-mono text-caption!" : ""}`} {...control} />
    </Frame>
  );
}

export function SelectField(props: FieldProps & Omit<SelectHTMLAttributes<HTMLSelectElement>, "className">) {
  const { frame, control } = useField(props);
  return (
    <Frame {...frame}>
      <span className="relative block">
        <select className={`${CONTROL} appearance-none pr-9`} {...control} />
        <Icon name="down" className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-quiet" />
      </span>
    </Frame>
  );
}
