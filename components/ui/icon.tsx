import { ICONS, type IconName } from "./icons";

/** An icon never stands for a word alone; where it is the whole content of a control, the control carries a label. */
export function Icon({ name, className = "" }: { readonly name: IconName; readonly className?: string }) {
  return (
    // biome-ignore lint/security/noDangerouslySetInnerHtml: constant paths of this repository
    <svg className={`icon ${className}`} viewBox="0 0 20 20" aria-hidden="true" dangerouslySetInnerHTML={{ __html: ICONS[name] }} />
  );
}
