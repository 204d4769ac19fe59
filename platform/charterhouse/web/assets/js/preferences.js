// Theme and text size change at once; the links work without this by a reload.

function remember(name, value) {
  const page = document.documentElement;
  const path = page.dataset.cookiePath || "/";
  document.cookie = `${name}=${value}; path=${path}; max-age=31536000; samesite=lax`;
}

export function startPreferences() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-set-theme], [data-set-type]");
    if (!link) return;
    event.preventDefault();
    const page = document.documentElement;
    if (link.dataset.setTheme) {
      page.dataset.theme = link.dataset.setTheme;
      remember("theme", link.dataset.setTheme);
      document.dispatchEvent(new Event("charterhouse:theme"));
    } else {
      page.dataset.type = link.dataset.setType;
      remember("type", link.dataset.setType);
    }
    const group = link.closest("[data-choices]");
    for (const other of group ? group.querySelectorAll("[aria-current]") : []) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });
}
