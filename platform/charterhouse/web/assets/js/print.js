// <button data-print> prints the page: receipts, the charter document.

export function startPrint() {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
  });
}
