// The problems after which the page repeats a request by itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../static/shared/http.js";

test("the page repeats a request only if the problem passes by itself", () => {
  for (const code of ["unreachable", "overloaded", "rate_limited", "database_unavailable"]) {
    assert.ok(new Problem(code).passes, code);
  }
  for (const code of ["storage_full", "quota_exceeded", "blocked", "not_an_image"]) {
    assert.ok(!new Problem(code).passes, code);
  }
});
