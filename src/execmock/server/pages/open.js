// How much of the page is open: the reader's choice, kept by the browser.

const KEPT = "execmock open";
const LEVELS = ["closed", "start", "all"];

/** Lets the reader choose how much is open. `operations` opens or closes Swagger UI's: "none", "list" or "full". */
export function openBy(form, operations) {
  const chosen = kept();
  form.elements.open.value = chosen;
  form.addEventListener("change", () => {
    localStorage.setItem(KEPT, form.elements.open.value);
    open(form.elements.open.value, operations);
  });
  open(chosen, operations);
}

function kept() {
  const level = localStorage.getItem(KEPT);
  return LEVELS.includes(level) ? level : "start";
}

function open(level, operations) {
  for (const part of document.querySelectorAll("details")) {
    part.open = level === "all" || (level === "start" && part.dataset.start !== undefined);
  }
  document.querySelectorAll(".group").forEach((group, index) => (group.open ||= level === "start" && index === 0));
  operations({ closed: "none", start: "list", all: "full" }[level]);
}
