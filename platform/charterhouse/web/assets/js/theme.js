// Runs before the first paint: "auto" follows the device, whatever it changes to.
const page = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

const apply = () => {
  const choice = page.dataset.theme || "auto";
  const theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  page.setAttribute("data-bs-theme", theme);
};

apply();
page.classList.add("js");
dark.addEventListener("change", apply);
document.addEventListener("charterhouse:theme", apply);
