import Link from "next/link";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon } from "./icon";
import type { IconName } from "./icons";

type Look = "plain" | "primary";

const BASE =
  "inline-flex items-center justify-center gap-2 rounded-control border font-strong text-small whitespace-nowrap transition-colors duration-(--fast) " +
  "min-h-11 px-4 desk:min-h-9 desk:px-3 hover:no-underline disabled:cursor-not-allowed aria-disabled:cursor-not-allowed " +
  "disabled:border-line disabled:bg-sunken disabled:text-quiet disabled:shadow-none " +
  "aria-disabled:border-line aria-disabled:bg-sunken aria-disabled:text-quiet aria-disabled:shadow-none";

const LOOKS: Readonly<Record<Look, string>> = {
  plain: "border-control-line bg-surface text-ink shadow-card hover:bg-hover hover:text-ink",
  primary: "border-accent bg-accent text-on-accent hover:border-accent-strong hover:bg-accent-strong hover:text-on-accent",
};

/** Class names of a button, for elements that are none of these two. */
export const buttonClass = (look: Look = "plain", className = "") => `${BASE} ${LOOKS[look]} ${className}`;

interface Shared {
  /** At most one primary button per view. */
  readonly look?: Look;
  readonly icon?: IconName;
  readonly children: ReactNode;
}

function Content({ icon, look, children }: Shared) {
  return (
    <>
      {icon && <Icon name={icon} className={`size-4 ${look === "primary" ? "" : "text-quiet"}`} />}
      {children}
    </>
  );
}

type ButtonProps = Shared & ButtonHTMLAttributes<HTMLButtonElement>;

export function Button({ look = "plain", icon, children, className = "", type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type} className={buttonClass(look, className)} {...rest}>
      <Content look={look} {...(icon ? { icon } : {})}>
        {children}
      </Content>
    </button>
  );
}

interface ButtonLinkProps extends Shared {
  readonly href: string;
  readonly className?: string;
}

/** Leads somewhere; a button does something. */
export function ButtonLink({ href, look = "plain", icon, children, className = "" }: ButtonLinkProps) {
  return (
    <Link href={href} prefetch={false} className={buttonClass(look, className)}>
      <Content look={look} {...(icon ? { icon } : {})}>
        {children}
      </Content>
    </Link>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: IconName;
  /** What it does, for those who do not see the icon and as its tooltip. */
  readonly label: string;
}

export function IconButton({ icon, label, className = "", type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={`inline-flex size-11 items-center justify-center rounded-control text-quiet hover:bg-sunken hover:text-ink desk:size-8 ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
