// What the course's pages do besides being read. Without it, all of them can still be read.
"use strict";

(() => {
    const KEY = "course-view";
    const read = () => {
        try {
            return localStorage.getItem(KEY);
        } catch {
            return null; // A browser may refuse to remember anything.
        }
    };
    const remember = (view) => {
        try {
            localStorage.setItem(KEY, view);
        } catch {
            // Then the choice holds for this page.
        }
    };

    // Shows every session of the page in one view: "cli" or "wire".
    const show = (view) => {
        for (const input of document.querySelectorAll(`.views input[value="${view}"]`)) {
            input.checked = true;
        }
    };

    const chosen = read();
    if (chosen === "cli" || chosen === "wire") {
        show(chosen);
    }
    document.addEventListener("change", (event) => {
        const input = event.target;
        if (input instanceof HTMLInputElement && input.closest(".views")) {
            // What is read must not move away when sessions above it grow or shrink.
            const before = input.getBoundingClientRect().top;
            show(input.value);
            remember(input.value);
            window.scrollBy(0, input.getBoundingClientRect().top - before);
        }
    });

    // A browser may end a line within `--port`, behind one of its dashes. Whoever types what
    // stands there would type a blank, so an option stays whole.
    for (const code of document.querySelectorAll("main :not(pre) > code")) {
        const walk = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (walk.nextNode()) {
            texts.push(walk.currentNode);
        }
        for (const text of texts) {
            const words = text.data.split(/(\s+)/);
            const isOption = (word) => /^['"(]?-\S{1,30}$/.test(word);
            if (!words.some(isOption)) {
                continue;
            }
            text.replaceWith(...words.map((word) => {
                if (!isOption(word)) {
                    return word;
                }
                const option = document.createElement("span");
                option.className = "option";
                option.textContent = word;
                return option;
            }));
            code.normalize();
        }
    }

    // Paper is light.
    const page = document.documentElement;
    const dark = ["coal", "navy", "ayu"];
    let onScreen = null;
    window.addEventListener("beforeprint", () => {
        onScreen = dark.find((theme) => page.classList.contains(theme)) ?? null;
        if (onScreen) {
            page.classList.replace(onScreen, "light");
        }
    });
    window.addEventListener("afterprint", () => {
        if (onScreen) {
            page.classList.replace("light", onScreen);
        }
    });

    // A link into what is folded opens it.
    const open = () => {
        const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (!target) {
            return;
        }
        let folded = false;
        for (let at = target; at; at = at.parentElement) {
            if (at instanceof HTMLDetailsElement && !at.open) {
                at.open = true;
                folded = true;
            }
        }
        if (folded) {
            target.scrollIntoView();
        }
    };
    window.addEventListener("hashchange", open);
    open();
})();
