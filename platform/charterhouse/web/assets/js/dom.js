// Small helpers shared by the modules.

/** All elements matching in root, root itself included. */
export function all(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  return found;
}

/** Like all, but gives each element only once in its life. */
export function fresh(root, selector, mark) {
  return all(root, selector).filter((element) => {
    if (element.dataset[mark]) return false;
    element.dataset[mark] = "1";
    return true;
  });
}

export const language = () => (document.documentElement.lang || "zh").split("-")[0];

/** A text that the page carries in its own language: data-text-<name> of <body>. */
export function text(name) {
  const key = `text${name[0].toUpperCase()}${name.slice(1)}`;
  return document.body.dataset[key] || "";
}

/** Is the focus where keys write text? */
export function typing(target) {
  if (!(target instanceof Element)) return false;
  if (target.closest("[contenteditable=true]")) return true;
  const field = target.closest("input, textarea, select");
  if (!field) return false;
  return !["checkbox", "radio", "button", "submit"].includes(field.type);
}

export function make(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
}
