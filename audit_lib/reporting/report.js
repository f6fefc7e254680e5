"use strict";
// Tables that sort and filter, and figures that lead to their rows. Everything is made from what
// stands on the page already: without this script the page says the same.
const FEW = 5; // rows that are seen at a glance: no need to filter them
const order = new Intl.Collator("zh-CN", { numeric: true });

function make(name, words, parent) {
  const made = document.createElement(name);
  Object.assign(made, words);
  parent.append(made);
  return made;
}

// The exact value of a figure stands beside its print; an empty one says that there is none.
function keyOf(cell) {
  const said = cell.dataset.sort;
  return said ? Number(said) : said === "" ? "" : cell.textContent.trim();
}

// What is missing stands last, whichever way a column is sorted.
function compare(one, other, way) {
  if (one === "" || other === "") return (one === "") - (other === "");
  const numbers = typeof one === "number" && typeof other === "number";
  return way * (numbers ? one - other : order.compare(one, other));
}

function isTotal(row) {
  return row.cells[0].textContent.trim() === "合计";
}

function sortBy(body, given, head, place) {
  const next = { none: "ascending", ascending: "descending", descending: "none" };
  const turn = next[head.getAttribute("aria-sort")];
  for (const one of head.parentNode.cells) one.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", turn);
  const way = turn === "descending" ? -1 : 1;
  const parts = given.filter((row) => !isTotal(row));
  if (turn !== "none") parts.sort((a, b) => compare(keyOf(a.cells[place]), keyOf(b.cells[place]), way));
  body.append(...parts, ...given.filter(isTotal));
}

function prepare(box) {
  const body = box.querySelector("tbody");
  const given = [...body.rows];
  if (given.length < 2) return;
  [...box.querySelector("thead tr:last-child").cells].forEach((head, place) => {
    const title = head.textContent;
    head.textContent = "";
    head.setAttribute("aria-sort", "none");
    head.dataset.title = title; // for paper: a button is not printed again at the head of each page
    make("button", { type: "button", textContent: title, title: "排序" }, head)
      .addEventListener("click", () => sortBy(body, given, head, place));
  });
  const tools = document.createElement("p");
  tools.className = "tools";
  const label = make("label", { textContent: "筛选" }, tools);
  const words = make("input", { type: "search", placeholder: "多个词用空格隔开" }, label);
  const told = make("span", { className: "told" }, tools);
  told.setAttribute("role", "status");
  box.before(tools);
  const texts = given.map((row) => row.textContent.toLowerCase());
  const all = Number(box.dataset.all);
  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    given.forEach((row, place) => {
      row.hidden = !wanted.every((word) => texts[place].includes(word));
      shown += !row.hidden;
    });
    const cut = all > given.length ? `(只在列出的前 ${given.length} 行中; 共 ${all} 行, 全部见工作簿)` : "";
    tools.hidden = given.length <= FEW && !wanted.length;
    told.textContent = wanted.length ? `${shown} / ${given.length} 行${cut}` : cut;
  }
  words.addEventListener("input", filter);
  box.addEventListener("lead", (lead) => {
    words.value = lead.detail;
    filter();
  });
  filter();
}

function lead(link) {
  const box = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!box) return;
  for (let up = box; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
  box.dispatchEvent(new CustomEvent("lead", { detail: link.dataset.filter ?? "" }));
  box.focus();
}

document.querySelectorAll(".scroll").forEach(prepare);
document.querySelectorAll("a.to-rows").forEach((link) => link.addEventListener("click", () => lead(link)));
