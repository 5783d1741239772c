/* SPDX-License-Identifier: MIT */
/* Searches the names and first sentences of the manual; works from a file:// address too, as the
 * index is a script. "/" goes to the field, the arrows through what was found. */
"use strict";
(function () {
    const field = document.querySelector(".search input");
    const list = document.querySelector(".search ul");
    const MOST = 30;
    let selected = -1;

    /* Lower is better: the name itself, its beginning, a part of it, a Python name, the text. */
    function rank(entry, words) {
        const [name, , text, pythons] = entry;
        let sum = 0;
        for (const word of words) {
            const plain = name.replace(/^os_(path_)?/, "");
            if (name === word || plain === word) sum += 0;
            else if (plain.startsWith(word) || name.startsWith(word)) sum += 1;
            else if (name.includes(word)) sum += 2;
            else if (pythons.toLowerCase().includes(word)) sum += 2;
            else if (text.toLowerCase().includes(word)) sum += 4;
            else return -1;
        }
        return sum + name.length / 100;
    }

    function show() {
        const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
        const found = words.length ? INDEX.map((entry) => [rank(entry, words), entry]) : [];
        list.replaceChildren();
        selected = -1;
        found.filter(([order]) => order >= 0).sort((a, b) => a[0] - b[0]).slice(0, MOST).forEach(([, entry]) => {
            const item = document.createElement("li"), link = document.createElement("a");
            const text = document.createElement("span");
            item.setAttribute("role", "option");
            link.href = entry[1];
            link.append(entry[0] + " ");
            text.append(entry[2]);
            link.append(text);
            item.append(link);
            list.append(item);
        });
        field.setAttribute("aria-expanded", String(list.childElementCount > 0));
    }

    function select(step) {
        const items = [...list.children];
        if (!items.length) return;
        selected = (selected + step + items.length) % items.length;
        items.forEach((item, i) => item.setAttribute("aria-selected", String(i === selected)));
        items[selected].scrollIntoView({ block: "nearest" });
    }

    field.addEventListener("input", show);
    field.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            select(event.key === "ArrowDown" ? 1 : -1);
            event.preventDefault();
        } else if (event.key === "Enter" && list.firstElementChild) {
            (list.children[selected < 0 ? 0 : selected].firstElementChild).click();
        } else if (event.key === "Escape") {
            field.value = "";
            show();
        }
    });
    list.addEventListener("click", () => {
        field.value = "";
        show();
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "/" && document.activeElement !== field) {
            field.focus();
            event.preventDefault();
        }
    });
})();
