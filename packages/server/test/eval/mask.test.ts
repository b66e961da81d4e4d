import { describe, expect, it } from "vitest";

import { maskQuestions } from "../../src/eval/mask.ts";

describe("maskQuestions", () => {
  it.each([
    ["# Why?\ntext\n", "text\n"],
    ["a\n\n### How so?  ##\r\nb\r\n", "a\n\nb\r\n"],
    ["Why?\n====\ntext", "text"],
    ["a\n\nWhy?\r\n---\r\ntext", "a\n\ntext"],
  ])("takes the heading out of %j", (page, masked) => {
    expect(maskQuestions(page)).toBe(masked);
  });

  it.each([
    "# Why\nIs it so?\n",
    "#hashtag?\n",
    "```sh\n# sure?\n```\n",
    "~~~~\n~~~\n# sure?\n~~~~\n",
    "Sure?\n\n---\n",
  ])("leaves %j as it is", (page) => {
    expect(maskQuestions(page)).toBe(page);
  });

  it("takes a heading after a code block", () => {
    expect(maskQuestions("```\n# a?\n```\n# b?\nc")).toBe("```\n# a?\n```\nc");
  });
});
