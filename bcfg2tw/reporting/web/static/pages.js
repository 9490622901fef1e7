// Nothing depends on this: it lets a reader see times in the zone of the browser, and remembers that.
"use strict";
(() => {
  const KEY = "bcfg2-reports-zone";
  const footer = document.querySelector("footer");
  const times = [...document.querySelectorAll("time[datetime]")];
  if (!footer || !times.length) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const two = (number) => String(number).padStart(2, "0");
  const local = (text) => {
    const time = new Date(text);
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ` +
      `${two(time.getHours())}:${two(time.getMinutes())}`;
  };
  const texts = times.map((time) => time.textContent);
  const button = document.createElement("button");
  button.type = "button";
  const show = (isLocal) => {
    times.forEach((time, place) => {
      // a text such as "3 h ago" is the same in every zone
      if (/^\d{4}-/.test(texts[place])) {
        time.textContent = isLocal ? local(time.dateTime) : texts[place];
      }
    });
    button.textContent = isLocal ? `Times are in ${zone} now: show the site's` : `Show times in ${zone}`;
    button.setAttribute("aria-pressed", String(isLocal));
  };
  let isLocal = false;
  try { isLocal = localStorage.getItem(KEY) === "browser"; } catch { /* it is not to be kept then */ }
  button.addEventListener("click", () => {
    isLocal = !isLocal;
    try { localStorage.setItem(KEY, isLocal ? "browser" : "site"); } catch { /* as above */ }
    show(isLocal);
  });
  show(isLocal);
  footer.append(button);
})();
