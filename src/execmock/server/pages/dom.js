// Builds elements: text is always set as text, so that nothing an answer holds is read as markup.

/** Returns an element of a tag with properties set, and children (elements or texts) in it. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Returns a button that calls `act` when it is pressed. */
export function button(label, act, properties = {}) {
  const made = element("button", { type: "button", ...properties }, label);
  made.addEventListener("click", act);
  return made;
}

/** Returns a line of code with a button that copies it, where the browser lets pages copy. */
export function copyable(text, shown = element("code", {}, text)) {
  const copy = button("Copy", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }, { className: "copy" });
  return element("span", { className: "copyable" }, shown, navigator.clipboard ? copy : null);
}

/** Returns a list of terms, from pairs of a name and what it is. */
export function terms(pairs) {
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

/** Returns a field with its name before it. */
export function labelled(name, field) {
  return element("span", { className: "labelled" }, element("label", { htmlFor: field.id }, name), field);
}
