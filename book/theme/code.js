// mdBook's copy button, for what is typed: of code in which lines come and go, what stands there in
// the end, without signs; of a session in a shell, the commands, without prompts.
"use strict";

(() => {
    const ofMdBook = window.playground_text;
    const isPrompt = (node) => node instanceof Element && node.classList.contains("p");
    const text = (nodes) => nodes.map((node) => node.textContent).join("");
    window.playground_text = (pre, hidden) => {
        if (pre.closest(".code")) {
            return text(Array.from(pre.querySelectorAll("code > :not(del)")));
        }
        if (pre.closest(".session")) {
            const commands = Array.from(pre.querySelectorAll(".cmd"), (line) => Array.from(line.childNodes));
            return text(commands.flat().filter((node) => !isPrompt(node)));
        }
        return ofMdBook(pre, hidden);
    };
})();
