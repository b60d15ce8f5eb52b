/** Tabs as the ARIA practices have them: arrows, Home and End move, and what is reached shows. */
export function tabs(list, onShow = () => {}) {
  const all = [...list.querySelectorAll('[role="tab"]')];
  const show = (tab) => {
    for (const each of all) {
      const on = each === tab;
      each.setAttribute("aria-selected", String(on));
      each.tabIndex = on ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !on;
    }
    onShow(tab.id.replace("tab-", ""));
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) show(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = all.indexOf(document.activeElement);
    const last = all.length - 1;
    const places = { ArrowRight: at < last ? at + 1 : 0, ArrowLeft: at > 0 ? at - 1 : last, Home: 0, End: last };
    if (at < 0 || !(event.key in places)) return;
    event.preventDefault();
    all[places[event.key]].focus();
    show(all[places[event.key]]);
  });
}
