// mdBook's copy button, for code in which lines come and go: it copies what stands there in the
// end, without signs.
"use strict";

(() => {
    const ofMdBook = window.playground_text;
    window.playground_text = (pre, hidden) => {
        if (!pre.closest(".code")) {
            return ofMdBook(pre, hidden);
        }
        const lines = Array.from(pre.querySelectorAll("code > *"));
        return lines.filter((line) => line.tagName !== "DEL").map((line) => line.textContent).join("");
    };
})();
